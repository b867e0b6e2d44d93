/*
 * A load generator for chat servers: many clients in one room, on one thread.
 *
 *     load PROTOCOL PORT CLIENTS AIR
 *
 * PROTOCOL is line (telnet, nc), irc, ws (WebSocket, plain text) or sio (Socket.IO 5 over a WebSocket). AIR is how
 * many clients may be on their way into the room at once. It is led by lines on standard input and answers each with
 * one line of JSON on standard output; in between it keeps its clients alive:
 *
 *     connect SECONDS                  everyone joins, in so many seconds; then waits until all is quiet
 *     single ROUNDS PAUSE_MS           one client says one line, everyone hears it, a pause, the next line
 *     saturate SENDERS WINDOW SECONDS  that many clients talk as fast as they may; then all is heard to the end
 *     quit
 *
 * A line that is said holds the byte '^' once, first, and nothing else that the servers send does, so a delivery is
 * one '^' read by one client. In "saturate" no client is ever more than SENDERS * WINDOW lines behind what was said.
 * Whatever goes wrong (a closed connection, a line too many, a line lost) is one {"error": ...} and the end.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MARK '^'
#define TEXT_SIZE 40           /* bytes of every line that is said */
#define READ_SIZE (256 * 1024) /* read at once from one client */
#define STALL_SECONDS 30.0     /* without a single byte, somebody waits in vain */
#define QUIET_SECONDS 0.3      /* as long as this without a byte is quiet */

enum protocol { LINE, IRC, WS, SIO };
enum state { DIALLING, GREETING, HERE };

struct bytes {
    char *data;
    size_t size, room;
};

struct client {
    int fd;
    enum state state;
    bool upgraded;       /* WebSocket: the 101 has been read */
    struct bytes rest;   /* the start of a line or frame whose end has not come yet */
    struct bytes unsent; /* what the kernel had no room for */
};

static enum protocol protocol;
static int port, client_count, air, epoll_fd;
static struct client *clients;
static uint64_t *heard; /* marks read, by client */
static uint64_t heard_in_all;
static int started, here;
static double last_byte; /* when anything was read last */
static char buffer[READ_SIZE * 2];
static struct epoll_event *events;

/* ---- small things ---- */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *c = text; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < 32 || (unsigned char)*c > 126)
            *c = '.';
    printf("{\"error\": \"%s\"}\n", text);
    fflush(stdout);
    exit(1);
}

static void append(struct bytes *to, const char *data, size_t size) {
    if (to->size + size > to->room) {
        to->room = (to->size + size) * 2;
        to->data = realloc(to->data, to->room);
        if (!to->data)
            fail("out of memory");
    }
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

static int number_of(const struct client *c) { return (int)(c - clients); }

/* ---- writing ---- */

static void watch(struct client *c, uint32_t what, int operation) {
    struct epoll_event event = {.events = what, .data.ptr = c};
    if (epoll_ctl(epoll_fd, operation, c->fd, &event) < 0)
        fail("epoll_ctl: %s", strerror(errno));
}

static void flush_unsent(struct client *c) {
    ssize_t sent = send(c->fd, c->unsent.data, c->unsent.size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        fail("client %d: send: %s", number_of(c), strerror(errno));
    if (sent > 0) {
        c->unsent.size -= (size_t)sent;
        memmove(c->unsent.data, c->unsent.data + sent, c->unsent.size);
    }
    if (c->unsent.size == 0)
        watch(c, EPOLLIN, EPOLL_CTL_MOD);
}

static void send_raw(struct client *c, const char *data, size_t size) {
    if (c->unsent.size == 0) {
        ssize_t sent = send(c->fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            fail("client %d: send: %s", number_of(c), strerror(errno));
        if (sent == (ssize_t)size)
            return;
        if (sent > 0)
            data += sent, size -= (size_t)sent;
        watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
    append(&c->unsent, data, size);
}

/* RFC 6455, section 5.2: what a client sends is masked. */
static void add_frame(struct bytes *to, int opcode, const char *data, size_t size) {
    static const unsigned char mask[4] = {0x5a, 0x17, 0xc3, 0x2e};
    char head[6] = {(char)(0x80 | opcode), (char)(0x80 | size), (char)mask[0], (char)mask[1], (char)mask[2],
                    (char)mask[3]};
    char body[125];
    if (size > sizeof body)
        fail("a frame of %zu bytes is too long for this program", size);
    for (size_t i = 0; i < size; i++)
        body[i] = (char)((unsigned char)data[i] ^ mask[i & 3]);
    append(to, head, sizeof head);
    append(to, body, size);
}

static void send_frame(struct client *c, int opcode, const char *data, size_t size) {
    static struct bytes frame;
    frame.size = 0;
    add_frame(&frame, opcode, data, size);
    send_raw(c, frame.data, frame.size);
}

/* Adds one line that is said, as the protocol wants it. */
static void add_said(struct bytes *to, int sender, uint64_t number) {
    char text[TEXT_SIZE + 1], wrapped[128];
    int size = snprintf(text, sizeof text, "%c line %09llu from %05d ", MARK, (unsigned long long)(number % 1000000000),
                        sender);
    for (int i = size; i < TEXT_SIZE; i++)
        text[i] = (char)('a' + (number + (uint64_t)i) % 26);
    text[TEXT_SIZE] = 0;
    switch (protocol) {
    case LINE:
        append(to, text, TEXT_SIZE);
        append(to, "\n", 1);
        break;
    case IRC:
        size = snprintf(wrapped, sizeof wrapped, "PRIVMSG #bench :%s\r\n", text);
        append(to, wrapped, (size_t)size);
        break;
    case WS:
        add_frame(to, 1, text, TEXT_SIZE);
        break;
    case SIO:
        size = snprintf(wrapped, sizeof wrapped, "42[\"messages\",\"%s\"]", text);
        add_frame(to, 1, wrapped, (size_t)size);
        break;
    }
}

static void say(int sender, uint64_t first, uint64_t count) {
    static struct bytes lines;
    lines.size = 0;
    for (uint64_t i = 0; i < count; i++)
        add_said(&lines, sender, first + i);
    send_raw(&clients[sender], lines.data, lines.size);
}

/* ---- reading ---- */

static void count_marks(struct client *c, const char *data, size_t size) {
    const char *end = data + size;
    uint64_t count = 0;
    while (data < end && (data = memchr(data, MARK, (size_t)(end - data))) != NULL)
        count++, data++;
    heard[number_of(c)] += count;
    heard_in_all += count;
}

static void arrived(struct client *c) {
    if (c->state == HERE)
        return;
    c->state = HERE;
    here++;
}

static bool begins(const char *data, size_t size, const char *with) {
    size_t length = strlen(with);
    return size >= length && memcmp(data, with, length) == 0;
}

static void hear_irc(struct client *c, const char *line, size_t size) {
    if (begins(line, size, "PING ")) {
        char answer[600];
        int length = snprintf(answer, sizeof answer, "PONG %.*s\r\n", (int)(size - 5), line + 5);
        send_raw(c, answer, (size_t)length);
    } else if (begins(line, size, "ERROR")) {
        fail("client %d: %.*s", number_of(c), (int)size, line);
    } else if (c->state == HERE) {
        count_marks(c, line, size);
    } else {
        const char *space = memchr(line, ' ', size);
        size_t left = space ? size - (size_t)(space + 1 - line) : 0;
        if (left < 4 || space[4] != ' ')
            return;
        if (begins(space + 1, left, "001"))
            send_raw(c, "JOIN #bench\r\n", 13);
        else if (begins(space + 1, left, "366"))
            arrived(c);
        else if (space[1] == '4' && !begins(space + 1, left, "422")) /* 422: there is no MOTD */
            fail("client %d: %.*s", number_of(c), (int)size, line);
    }
}

static size_t hear_lines(struct client *c, const char *data, size_t size) {
    const char *at = data, *end = data + size, *stop;
    if (protocol == LINE && c->state == HERE) {
        count_marks(c, data, size);
        return size;
    }
    while (at < end && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        size_t length = (size_t)(stop - at);
        if (length && at[length - 1] == '\r')
            length--;
        if (protocol == IRC)
            hear_irc(c, at, length);
        else if (begins(at, length, "Welcome"))
            arrived(c);
        else if (begins(at, length, "error"))
            fail("client %d: %.*s", number_of(c), (int)length, at);
        at = stop + 1;
    }
    return (size_t)(at - data);
}

static void hear_text(struct client *c, const char *text, size_t size) {
    if (c->state == HERE && !(protocol == SIO && size == 1)) {
        count_marks(c, text, size);
    } else if (protocol == WS) {
        if (begins(text, size, "Welcome"))
            arrived(c);
    } else if (size == 1 && text[0] == '2') { /* Engine.IO: a ping */
        send_frame(c, 1, "3", 1);
    } else if (size && text[0] == '0') { /* Engine.IO: opened */
        send_frame(c, 1, "40", 2);
    } else if (begins(text, size, "40")) { /* Socket.IO: connected to the main namespace */
        char join[64];
        int length = snprintf(join, sizeof join, "420[\"join\",\"b%d\"]", number_of(c));
        send_frame(c, 1, join, (size_t)length);
    } else if (begins(text, size, "430")) { /* the join was acknowledged */
        arrived(c);
    } else if (begins(text, size, "44")) {
        fail("client %d: %.*s", number_of(c), (int)size, text);
    }
}

static size_t hear_frames(struct client *c, const char *data, size_t size) {
    size_t at = 0;
    if (!c->upgraded) {
        const char *end = memmem(data, size, "\r\n\r\n", 4);
        if (!end)
            return 0;
        if (!begins(data, size, "HTTP/1.1 101 "))
            fail("client %d: %.*s", number_of(c), 80, data);
        c->upgraded = true;
        at = (size_t)(end - data) + 4;
    }
    while (size - at >= 2) {
        const unsigned char *head = (const unsigned char *)data + at;
        uint64_t length = head[1] & 0x7f;
        size_t skip = 2;
        if (head[1] & 0x80)
            fail("client %d: a masked frame from the server", number_of(c));
        if (length == 126) {
            if (size - at < 4)
                break;
            length = ((uint64_t)head[2] << 8) | head[3];
            skip = 4;
        } else if (length == 127) {
            fail("client %d: a frame of more than 64 KiB", number_of(c));
        }
        if (size - at - skip < length)
            break;
        const char *payload = data + at + skip;
        switch (head[0] & 0x0f) {
        case 0:
        case 1:
            hear_text(c, payload, length);
            break;
        case 8:
            fail("client %d: closed by the server, code %d", number_of(c),
                 length >= 2 ? ((unsigned char)payload[0] << 8 | (unsigned char)payload[1]) : 0);
        case 9:
            send_frame(c, 10, payload, length);
            break;
        }
        at += skip + length;
    }
    return at;
}

static void hear(struct client *c) {
    size_t kept = c->rest.size;
    if (kept > READ_SIZE)
        fail("client %d: %zu bytes without an end", number_of(c), kept);
    ssize_t got = recv(c->fd, buffer + kept, READ_SIZE, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        fail("client %d: %s", number_of(c), got ? strerror(errno) : "closed by the server");
    if (kept)
        memcpy(buffer, c->rest.data, kept);
    size_t size = kept + (size_t)got;
    size_t used = protocol >= WS ? hear_frames(c, buffer, size) : hear_lines(c, buffer, size);
    c->rest.size = 0;
    if (used < size)
        append(&c->rest, buffer + used, size - used);
}

/* ---- the loop ---- */

static void greet(struct client *c) {
    char text[256];
    int size = 0;
    c->state = GREETING;
    if (protocol == IRC)
        size = snprintf(text, sizeof text, "NICK b%d\r\nUSER b%d 0 * :bench\r\n", number_of(c), number_of(c));
    else if (protocol >= WS)
        size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        protocol == WS ? "/ws" : "/socket.io/?EIO=4&transport=websocket", port);
    if (size)
        send_raw(c, text, (size_t)size);
}

static void dial(struct client *c) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        fail("socket: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    started++;
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) == 0) {
        watch(c, EPOLLIN, EPOLL_CTL_ADD);
        greet(c);
    } else if (errno == EINPROGRESS) {
        watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
    } else {
        fail("client %d: connect: %s", number_of(c), strerror(errno));
    }
}

static void dialled(struct client *c) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error)
        fail("client %d: connect: %s", number_of(c), strerror(error));
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
    greet(c);
}

/* Serves whatever is ready, at most once for each client; true if standard input is. */
static bool serve(int timeout_ms) {
    bool led = false;
    int count = epoll_wait(epoll_fd, events, client_count + 1, timeout_ms);
    if (count < 0 && errno != EINTR)
        fail("epoll_wait: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        struct client *c = events[i].data.ptr;
        uint32_t what = events[i].events;
        if (!c) {
            led = true;
            continue;
        }
        if (c->state == DIALLING && (what & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
            dialled(c);
        else if (what & EPOLLOUT)
            flush_unsent(c);
        if (what & (EPOLLIN | EPOLLERR | EPOLLHUP))
            hear(c);
    }
    if (count > (led ? 1 : 0))
        last_byte = now();
    return led;
}

static void serve_for(double seconds) {
    double end = now() + seconds, left;
    while ((left = end - now()) > 0)
        serve((int)(left * 1000 + 0.999));
}

static void serve_or_fail(const char *waiting_for) {
    serve(1000);
    if (now() - last_byte > STALL_SECONDS)
        fail("nothing came for %.0f s while waiting for %s (%d of %d are here, %llu lines heard)", STALL_SECONDS,
             waiting_for, here, client_count, (unsigned long long)heard_in_all);
}

/* ---- the scenarios ---- */

static void connect_all(double seconds) {
    double start = now(), all_here;
    last_byte = start;
    while (here < client_count) {
        /* a few at a time, so that a server's queue of those not yet accepted does not run over */
        for (int i = 0; i < 32 && started < client_count && started - here < air; i++)
            dial(&clients[started]);
        serve(started < client_count && started - here < air ? 0 : 1000);
        if (now() - last_byte > STALL_SECONDS)
            fail("only %d of %d clients came in", here, client_count);
        if (now() - start > seconds)
            fail("only %d of %d clients came in within %.0f s", here, client_count, seconds);
    }
    all_here = now();
    while (now() - last_byte < QUIET_SECONDS)
        serve(50);
    printf("{\"clients\": %d, \"seconds\": %.6f, \"quiet_seconds\": %.6f}\n", client_count, all_here - start,
           last_byte - start);
}

static uint64_t hearers(void) { return (uint64_t)client_count - (protocol == IRC ? 1 : 0); }

static void expect(uint64_t total) {
    if (heard_in_all != total)
        fail("%llu lines heard where %llu were due", (unsigned long long)heard_in_all, (unsigned long long)total);
}

static void single(int rounds, double pause) {
    double *latencies = calloc((size_t)rounds, sizeof *latencies);
    uint64_t before = heard_in_all, target = heard_in_all;
    for (int i = 0; i < rounds; i++) {
        double start = now();
        last_byte = start;
        target += hearers();
        say(0, (uint64_t)i, 1);
        while (heard_in_all < target)
            serve_or_fail("one line");
        latencies[i] = now() - start;
        serve_for(pause);
        expect(target);
    }
    printf("{\"lines\": %d, \"deliveries\": %llu, \"latencies_us\": [", rounds,
           (unsigned long long)(heard_in_all - before));
    for (int i = 0; i < rounds; i++)
        printf("%s%.1f", i ? ", " : "", latencies[i] * 1e6);
    printf("]}\n");
    free(latencies);
}

static void saturate(int senders, int window, double seconds) {
    uint64_t before = heard_in_all, said = 0, limit = (uint64_t)senders * (uint64_t)window;
    uint64_t *base = malloc((size_t)client_count * sizeof *base);
    uint64_t *said_by = calloc((size_t)client_count, sizeof *said_by);
    double start = now(), spoken;
    if (!base || !said_by || senders > client_count)
        fail("no room for %d senders", senders);
    memcpy(base, heard, (size_t)client_count * sizeof *base);
    last_byte = start;
    for (;;) {
        /* how far the slowest client has come; on IRC nobody hears what he said himself */
        uint64_t slowest = UINT64_MAX;
        for (int i = 0; i < client_count; i++) {
            uint64_t come = heard[i] - base[i] + (protocol == IRC ? said_by[i] : 0);
            slowest = come < slowest ? come : slowest;
        }
        uint64_t each = (limit - (said - slowest)) / (uint64_t)senders;
        if (now() - start >= seconds)
            break;
        for (int s = 0; each && s < senders; s++) {
            say(s, said_by[s], each);
            said_by[s] += each;
            said += each;
        }
        serve_or_fail("an answer to many lines");
    }
    spoken = now();
    while (heard_in_all - before < said * hearers())
        serve_or_fail("the last of many lines");
    double end = now();
    serve_for(0.05);
    expect(before + said * hearers());
    printf("{\"lines\": %llu, \"deliveries\": %llu, \"seconds\": %.6f, \"drain_seconds\": %.6f}\n",
           (unsigned long long)said, (unsigned long long)(heard_in_all - before), end - start, end - spoken);
    free(base);
    free(said_by);
}

/* ---- being led ---- */

static bool obey(char *line) {
    int a, b;
    double c;
    if (sscanf(line, "connect %lf", &c) == 1)
        connect_all(c);
    else if (sscanf(line, "single %d %lf", &a, &c) == 2)
        single(a, c / 1000);
    else if (sscanf(line, "saturate %d %d %lf", &a, &b, &c) == 3)
        saturate(a, b, c);
    else if (strncmp(line, "quit", 4) == 0)
        return false;
    else
        fail("not understood: %s", line);
    fflush(stdout);
    return true;
}

int main(int argc, char **argv) {
    static const char *names[] = {"line", "irc", "ws", "sio"};
    char line[256];
    if (argc != 5) {
        fprintf(stderr, "usage: %s line|irc|ws|sio PORT CLIENTS AIR\n", argv[0]);
        return 2;
    }
    int named = 0;
    while (named < 4 && strcmp(argv[1], names[named]) != 0)
        named++;
    port = atoi(argv[2]), client_count = atoi(argv[3]), air = atoi(argv[4]);
    if (named == 4 || port < 1 || client_count < 1 || air < 1)
        fail("bad arguments");
    protocol = (enum protocol)named;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    clients = calloc((size_t)client_count, sizeof *clients);
    heard = calloc((size_t)client_count, sizeof *heard);
    events = calloc((size_t)client_count + 1, sizeof *events);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!clients || !heard || !events || epoll_fd < 0)
        fail("no room for %d clients", client_count);
    struct epoll_event leader = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &leader) < 0)
        fail("standard input must be a pipe");
    setvbuf(stdin, NULL, _IONBF, 0); /* what epoll does not see must not wait in a buffer */
    for (;;) {
        if (!serve(-1))
            continue;
        if (!fgets(line, sizeof line, stdin) || !obey(line))
            break;
    }
    return 0;
}
