/* What the load generators share: time, failing, growing buffers, the frames of a WebSocket client. */
#ifndef BASE_H
#define BASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    char *data;
    size_t size, capacity;
};

/* The header of one frame from the server; size is 0 if the frame is not complete. */
struct frame {
    int opcode;
    const char *payload;
    size_t length, size;
};

double now(void); /* seconds of the monotonic clock */

/* Print {"error": TEXT} and end the program. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* Replace what may not be in a string of JSON. */
void make_printable(char *text);

void *allocate(size_t count, size_t size);
void append(struct bytes *to, const void *data, size_t size);
void add_text(struct bytes *to, const char *text);
bool starts_with(const char *data, size_t size, const char *with);

/* RFC 6455, section 5.2: a client masks its frames. */
void add_frame(struct bytes *to, int opcode, const char *data, size_t size);
struct frame read_frame(const char *data, size_t size);

/* A connection to a port of 127.0.0.1, which may not be complete yet; -1 with errno. */
int connect_to(int port, int receive_buffer);

/* Raise the limit of open files as far as permitted. */
void raise_file_limit(void);
#endif
