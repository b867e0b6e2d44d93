/* Clients of load.c: connecting, writing, reading, and counting what each has received. */
#define _GNU_SOURCE
#include "load_clients.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE (256 * 1024) /* maximum for one read from one client */

enum protocol protocol;
int port, client_count;
struct client *clients;
uint64_t *received, received_total;
int started, joined;
double last_byte;
double *arrivals;
size_t arrival_count;

static int epoll_fd;
static char buffer[READ_SIZE * 2];
static struct epoll_event *events;

static int index_of(const struct client *c) { return (int)(c - clients); }

/* ---- writing ---- */

static void watch(struct client *c, uint32_t what, int operation) {
    struct epoll_event event = {.events = what, .data.ptr = c};
    if (epoll_ctl(epoll_fd, operation, c->fd, &event) < 0)
        fail("epoll_ctl: %s", strerror(errno));
}

static void flush_unsent(struct client *c) {
    ssize_t sent = send(c->fd, c->unsent.data, c->unsent.size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        fail("client %d: send: %s", index_of(c), strerror(errno));
    if (sent > 0) {
        c->unsent.size -= (size_t)sent;
        memmove(c->unsent.data, c->unsent.data + sent, c->unsent.size);
    }
    if (c->unsent.size == 0)
        watch(c, EPOLLIN, EPOLL_CTL_MOD);
}

void send_raw(struct client *c, const char *data, size_t size) {
    if (c->unsent.size == 0) {
        ssize_t sent = send(c->fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            fail("client %d: send: %s", index_of(c), strerror(errno));
        if (sent == (ssize_t)size)
            return;
        if (sent > 0)
            data += sent, size -= (size_t)sent;
        watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
    append(&c->unsent, data, size);
}

static void send_frame(struct client *c, int opcode, const char *data, size_t size) {
    static struct bytes frame;
    frame.size = 0;
    add_frame(&frame, opcode, data, size);
    send_raw(c, frame.data, frame.size);
}

/* ---- reading ---- */

static void count_marks(struct client *c, const char *data, size_t size) {
    const char *end = data + size;
    uint64_t count = 0;
    while (data < end && (data = memchr(data, MARK, (size_t)(end - data))) != NULL)
        count++, data++;
    received[index_of(c)] += count;
    received_total += count;
    if (arrivals && count)
        arrivals[arrival_count++] = now();
}

static void client_joined(struct client *c) {
    if (c->state == JOINED)
        return;
    c->state = JOINED;
    joined++;
}

static void read_irc(struct client *c, const char *line, size_t size) {
    if (starts_with(line, size, "PING ")) {
        char answer[600];
        int length = snprintf(answer, sizeof answer, "PONG %.*s\r\n", (int)(size - 5), line + 5);
        send_raw(c, answer, (size_t)length);
    } else if (starts_with(line, size, "ERROR")) {
        fail("client %d: %.*s", index_of(c), (int)size, line);
    } else if (c->state == JOINED) {
        count_marks(c, line, size);
    } else {
        const char *space = memchr(line, ' ', size);
        size_t left = space ? size - (size_t)(space + 1 - line) : 0;
        if (left < 4 || space[4] != ' ')
            return;
        if (starts_with(space + 1, left, "001"))
            send_raw(c, "JOIN #bench\r\n", 13);
        else if (starts_with(space + 1, left, "366"))
            client_joined(c);
        else if (space[1] == '4' && !starts_with(space + 1, left, "422")) /* 422: no MOTD */
            fail("client %d: %.*s", index_of(c), (int)size, line);
    }
}

static size_t read_lines(struct client *c, const char *data, size_t size) {
    const char *at = data, *end = data + size, *stop;
    if (protocol == LINE && c->state == JOINED) {
        count_marks(c, data, size);
        return size;
    }
    while (at < end && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        size_t length = (size_t)(stop - at);
        if (length && at[length - 1] == '\r')
            length--;
        if (protocol == IRC)
            read_irc(c, at, length);
        else if (starts_with(at, length, "Welcome"))
            client_joined(c);
        else if (starts_with(at, length, "error"))
            fail("client %d: %.*s", index_of(c), (int)length, at);
        at = stop + 1;
    }
    return (size_t)(at - data);
}

static void read_text(struct client *c, const char *text, size_t size) {
    if (c->state == JOINED && !(protocol == SIO && size == 1)) {
        count_marks(c, text, size);
    } else if (protocol == WS) {
        if (starts_with(text, size, "Welcome"))
            client_joined(c);
    } else if (size == 1 && text[0] == '2') { /* Engine.IO: ping */
        send_frame(c, 1, "3", 1);
    } else if (size && text[0] == '0') { /* Engine.IO: open */
        send_frame(c, 1, "40", 2);
    } else if (starts_with(text, size, "40")) { /* Socket.IO: connected to the main namespace */
        char join[64];
        int length = snprintf(join, sizeof join, "420[\"join\",\"b%d\"]", index_of(c));
        send_frame(c, 1, join, (size_t)length);
    } else if (starts_with(text, size, "430")) { /* the join was acknowledged */
        client_joined(c);
    } else if (starts_with(text, size, "44")) {
        fail("client %d: %.*s", index_of(c), (int)size, text);
    }
}

static size_t read_frames(struct client *c, const char *data, size_t size) {
    size_t at = 0;
    if (!c->upgraded) {
        const char *end = memmem(data, size, "\r\n\r\n", 4);
        if (!end)
            return 0;
        if (!starts_with(data, size, "HTTP/1.1 101 "))
            fail("client %d: %.*s", index_of(c), 80, data);
        c->upgraded = true;
        at = (size_t)(end - data) + 4;
    }
    for (;;) {
        struct frame frame = read_frame(data + at, size - at);
        if (!frame.size)
            break;
        const unsigned char *payload = (const unsigned char *)frame.payload;
        switch (frame.opcode) {
        case 0:
        case 1:
            read_text(c, frame.payload, frame.length);
            break;
        case 8:
            fail("client %d: closed by the server, code %d", index_of(c),
                 frame.length >= 2 ? (payload[0] << 8 | payload[1]) : 0);
        case 9:
            send_frame(c, 10, frame.payload, frame.length);
            break;
        }
        at += frame.size;
    }
    return at;
}

static void read_client(struct client *c) {
    size_t kept = c->partial.size;
    if (kept > READ_SIZE)
        fail("client %d: %zu bytes without a line or frame end", index_of(c), kept);
    ssize_t got = recv(c->fd, buffer + kept, READ_SIZE, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        fail("client %d: %s", index_of(c), got ? strerror(errno) : "closed by the server");
    if (kept)
        memcpy(buffer, c->partial.data, kept);
    size_t size = kept + (size_t)got;
    size_t used = protocol >= WS ? read_frames(c, buffer, size) : read_lines(c, buffer, size);
    c->partial.size = 0;
    if (used < size)
        append(&c->partial, buffer + used, size - used);
}

/* ---- the loop ---- */

static void start_handshake(struct client *c) {
    char text[256];
    int size = 0;
    if (protocol == IRC)
        size = snprintf(text, sizeof text, "NICK b%d\r\nUSER b%d 0 * :bench\r\n", index_of(c), index_of(c));
    else if (protocol >= WS)
        size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        protocol == WS ? "/ws" : "/socket.io/?EIO=4&transport=websocket", port);
    if (size)
        send_raw(c, text, (size_t)size);
}

void open_connection(struct client *c) {
    c->fd = connect_to(port, 0);
    if (c->fd < 0)
        fail("client %d: connect: %s", index_of(c), strerror(errno));
    started++;
    watch(c, EPOLLIN, EPOLL_CTL_ADD);
    /* At once, not when epoll reports the connection: to this server, who is silent for 0.25 s is a telnet. */
    start_handshake(c);
}

/* Handle every ready client once; return true if standard input has a command. */
bool run_once(int timeout_ms) {
    bool has_command = false;
    int count = epoll_wait(epoll_fd, events, client_count + 1, timeout_ms);
    if (count < 0 && errno != EINTR)
        fail("epoll_wait: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        struct client *c = events[i].data.ptr;
        uint32_t what = events[i].events;
        if (!c) {
            has_command = true;
            continue;
        }
        if (what & EPOLLOUT)
            flush_unsent(c);
        if (what & (EPOLLIN | EPOLLERR | EPOLLHUP))
            read_client(c);
    }
    if (count > (has_command ? 1 : 0))
        last_byte = now();
    return has_command;
}

void make_clients(void) {
    struct epoll_event commands = {.events = EPOLLIN, .data.ptr = NULL};
    clients = allocate((size_t)client_count, sizeof *clients);
    received = allocate((size_t)client_count, sizeof *received);
    events = allocate((size_t)client_count + 1, sizeof *events);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &commands) < 0)
        fail("standard input must be a pipe");
}
