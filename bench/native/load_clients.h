/* The clients of load.c, all in one room of one server. */
#ifndef LOAD_CLIENTS_H
#define LOAD_CLIENTS_H
#include "base.h"

#define MARK '^'

enum protocol { LINE, IRC, WS, SIO };
enum state { JOINING, JOINED };

struct client {
    int fd;
    enum state state;
    bool upgraded;        /* WebSocket: the 101 response was read */
    struct bytes partial; /* an incomplete line or frame */
    struct bytes unsent;  /* what the socket buffer did not accept */
};

extern enum protocol protocol;
extern int port, client_count;
extern struct client *clients;
extern uint64_t *received, received_total; /* messages received, by each client and by all */
extern int started, joined;
extern double last_byte; /* time of the last read */
/* Where the times of reads with messages are noted, if anywhere. */
extern double *arrivals;
extern size_t arrival_count;

void make_clients(void);
void open_connection(struct client *c);
void send_raw(struct client *c, const char *data, size_t size);

/* Handle every ready client once; return true if standard input has a command. */
bool run_once(int timeout_ms);
#endif
