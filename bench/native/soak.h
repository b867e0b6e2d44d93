/* What the parts of soak.c share: its clients, rooms and messages. */
#ifndef SOAK_H
#define SOAK_H
#include "base.h"

#define MARK '^'
#define LOBBY 0
#define UNKNOWN UINT32_MAX

enum kind { LINE, TEXT, JSON, SOCKETIO, POLLING, KINDS };
enum state { AWAY, JOINING, PRESENT };

struct client {
    enum kind kind;
    enum state state;
    int fd;                  /* of POLLING: for GET */
    int post_fd;             /* of POLLING: for POST; -1 between two */
    int room;                /* besides the lobby; LOBBY if it is in no other */
    uint32_t next[2];        /* in the lobby and the room: the place of the message that must come next */
    uint32_t last_placed[2]; /* the last of its own messages that has a place */
    int pending;             /* own messages that it has not received yet */
    bool slow;               /* reads for a second, then pauses */
    bool paused;             /* it is slow and does not read now */
    bool frozen;             /* reads nothing at all for a while */
    bool posting;            /* of POLLING: the POST is sent */
    bool upgraded;           /* the response of the WebSocket handshake was read */
    bool resumes;            /* its next welcome must continue the last connection */
    double since;            /* when it became present */
    double due;              /* when it returns, reads, or is no longer frozen */
    char session[64];        /* JSON: the session; Socket.IO: the pid */
    char position[80];       /* of the last event that it received */
    char sid[64];            /* of POLLING: the Engine.IO session */
    struct bytes partial;    /* an incomplete line, frame or response */
    struct bytes unsent;     /* what the socket buffer did not accept */
    struct bytes posts;      /* of POLLING: packets for the next POST */
    struct bytes posted;     /* of POLLING: the response to the POST */
};

struct room {
    char name[16];
    int *members, size;
    uint32_t *order; /* the numbers of its messages, in the order in which the first reader received them */
    uint32_t length, capacity;
};

struct totals {
    uint64_t sent, received, left, returned, resumed, cut_off;
};

extern struct client *clients;
extern struct room *rooms;
extern struct totals totals;
extern int client_count, room_count, port, present;
extern const char *const kind_names[KINDS];

int index_of(const struct client *c);

/* soak_order.c: what every reader must receive. */
extern int faults;
extern double read_time; /* of the bytes that are being handled */

__attribute__((format(printf, 2, 3))) void fault(const struct client *c, const char *format, ...);
uint32_t new_message(struct client *sender, int room);
void note_messages(struct client *c, const char *text, size_t size);
uint64_t count_missing(void); /* what present readers have still to receive */
void report_missing(void);    /* as faults */
double delay_ms(double percent, bool overall); /* since the last reset, or of the whole run */
void reset_delays(void);

/* soak_clients.c: connections. */
void start_clients(void);
void open_client(struct client *c);
void close_client(struct client *c, double away);
void say(struct client *c, int room);
void watch_reads(struct client *c); /* or not, while it is paused or frozen */
void read_client(struct client *c);
void handle_events(int timeout_ms);
void send_raw(struct client *c, const char *data, size_t size);
void watch_post(struct client *c, bool added, bool writes);
void lost_connection(struct client *c, const char *why);
void send_packet(struct client *c, const char *packet); /* or a line, or a JSON object */
void become_present(struct client *c, bool resumed);

/* soak_texts.c: what the server sends. */
void read_line(struct client *c, const char *line, size_t size);
void read_packet(struct client *c, const char *packet, size_t size);
void read_text(struct client *c, const char *text, size_t size); /* the payload of a frame */

/* soak_polling.c: Socket.IO by HTTP. */
void start_polling(struct client *c);
size_t read_response(struct client *c, const char *data, size_t size);
void post(struct client *c, const char *packet);
void handle_post(struct client *c);
#endif
