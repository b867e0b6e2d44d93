/*
 * A load generator for chat servers: many clients in one room, on one thread.
 *
 *     load PROTOCOL PORT CLIENTS CONNECTING
 *
 * PROTOCOL is line (telnet, nc), irc, ws (WebSocket, plain text) or sio (Socket.IO 5 over a WebSocket). CONNECTING is
 * the maximum number of clients that connect and join at the same time. The program reads commands from standard input,
 * one per line, and answers each with one line of JSON on standard output; between commands it keeps its clients alive:
 *
 *     connect SECONDS                  connect all clients, within SECONDS; then wait until no more bytes arrive
 *     single MESSAGES PAUSE_MS         one client sends one message, all receive it, a pause, the next message
 *     saturate SENDERS WINDOW SECONDS  SENDERS clients send as fast as possible; then receive everything
 *     quit
 *
 * A message contains the byte '^' once, as its first byte, and nothing else that the servers send contains it, so a
 * delivery is one '^' read by one client. In "saturate" no client is ever more than SENDERS * WINDOW messages behind.
 * Any fault (a closed connection, a duplicate, a lost message) prints one {"error": ...} and ends the program.
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
#define TEXT_SIZE 40           /* bytes of a message */
#define READ_SIZE (256 * 1024) /* maximum for one read from one client */
#define STALL_SECONDS 30.0     /* without any byte: the server is stuck */
#define QUIET_SECONDS 0.3      /* without any byte: the server is idle */

enum protocol { LINE, IRC, WS, SIO };
enum state { JOINING, JOINED };

struct bytes {
    char *data;
    size_t size, capacity;
};

struct client {
    int fd;
    enum state state;
    bool upgraded;       /* WebSocket: the 101 response was read */
    struct bytes partial;   /* an incomplete line or frame */
    struct bytes unsent; /* what the socket buffer did not accept */
};

static enum protocol protocol;
static int port, client_count, max_connecting, epoll_fd;
static struct client *clients;
static uint64_t *received; /* messages received by each client */
static uint64_t received_total;
static int started, joined;
static double last_byte; /* time of the last read */
static char buffer[READ_SIZE * 2];
static struct epoll_event *events;

/* ---- basics ---- */

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
    if (to->size + size > to->capacity) {
        to->capacity = (to->size + size) * 2;
        to->data = realloc(to->data, to->capacity);
        if (!to->data)
            fail("out of memory");
    }
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

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

static void send_raw(struct client *c, const char *data, size_t size) {
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

/* RFC 6455, section 5.2: a client masks its frames. */
static void add_frame(struct bytes *to, int opcode, const char *data, size_t size) {
    static const unsigned char mask[4] = {0x5a, 0x17, 0xc3, 0x2e};
    char head[6] = {(char)(0x80 | opcode), (char)(0x80 | size), (char)mask[0], (char)mask[1], (char)mask[2],
                    (char)mask[3]};
    char body[125];
    if (size > sizeof body)
        fail("a frame of %zu bytes is too long", size);
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

/* Append one message in the encoding of the protocol. */
static void add_message(struct bytes *to, int sender, uint64_t number) {
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

static void send_messages(int sender, uint64_t first, uint64_t count) {
    static struct bytes lines;
    lines.size = 0;
    for (uint64_t i = 0; i < count; i++)
        add_message(&lines, sender, first + i);
    send_raw(&clients[sender], lines.data, lines.size);
}

/* ---- reading ---- */

static void count_marks(struct client *c, const char *data, size_t size) {
    const char *end = data + size;
    uint64_t count = 0;
    while (data < end && (data = memchr(data, MARK, (size_t)(end - data))) != NULL)
        count++, data++;
    received[index_of(c)] += count;
    received_total += count;
}

static void client_joined(struct client *c) {
    if (c->state == JOINED)
        return;
    c->state = JOINED;
    joined++;
}

static bool starts_with(const char *data, size_t size, const char *with) {
    size_t length = strlen(with);
    return size >= length && memcmp(data, with, length) == 0;
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
    while (size - at >= 2) {
        const unsigned char *head = (const unsigned char *)data + at;
        uint64_t length = head[1] & 0x7f;
        size_t skip = 2;
        if (head[1] & 0x80)
            fail("client %d: a masked frame from the server", index_of(c));
        if (length == 126) {
            if (size - at < 4)
                break;
            length = ((uint64_t)head[2] << 8) | head[3];
            skip = 4;
        } else if (length == 127) {
            fail("client %d: a frame of more than 64 KiB", index_of(c));
        }
        if (size - at - skip < length)
            break;
        const char *payload = data + at + skip;
        switch (head[0] & 0x0f) {
        case 0:
        case 1:
            read_text(c, payload, length);
            break;
        case 8:
            fail("client %d: closed by the server, code %d", index_of(c),
                 length >= 2 ? ((unsigned char)payload[0] << 8 | (unsigned char)payload[1]) : 0);
        case 9:
            send_frame(c, 10, payload, length);
            break;
        }
        at += skip + length;
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

static void open_connection(struct client *c) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        fail("socket: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    started++;
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)
        fail("client %d: connect: %s", index_of(c), strerror(errno));
    watch(c, EPOLLIN, EPOLL_CTL_ADD);
    /* At once, not when epoll reports the connection: to this server, who is silent for 0.25 s is a telnet. */
    start_handshake(c);
}

/* Handle every ready client once; return true if standard input has a command. */
static bool run_once(int timeout_ms) {
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

static void run_for(double seconds) {
    double end = now() + seconds, left;
    while ((left = end - now()) > 0)
        run_once((int)(left * 1000 + 0.999));
}

static void run_or_fail(const char *waiting_for) {
    run_once(1000);
    if (now() - last_byte > STALL_SECONDS)
        fail("nothing received for %.0f s while waiting for %s (%d of %d joined, %llu messages received)",
             STALL_SECONDS, waiting_for, joined, client_count, (unsigned long long)received_total);
}

/* ---- the scenarios ---- */

static void connect_all(double seconds) {
    double start = now(), all_joined;
    last_byte = start;
    while (joined < client_count) {
        /* a few at a time, so that the listen queue of the server does not overflow */
        for (int i = 0; i < 32 && started < client_count && started - joined < max_connecting; i++)
            open_connection(&clients[started]);
        run_once(started < client_count && started - joined < max_connecting ? 0 : 1000);
        if (now() - last_byte > STALL_SECONDS)
            fail("only %d of %d clients joined", joined, client_count);
        if (now() - start > seconds)
            fail("only %d of %d clients joined within %.0f s", joined, client_count, seconds);
    }
    all_joined = now();
    while (now() - last_byte < QUIET_SECONDS)
        run_once(50);
    printf("{\"clients\": %d, \"seconds\": %.6f, \"quiet_seconds\": %.6f}\n", client_count, all_joined - start,
           last_byte - start);
}

static uint64_t recipients(void) { return (uint64_t)client_count - (protocol == IRC ? 1 : 0); }

static void check_total(uint64_t total) {
    if (received_total != total)
        fail("received %llu messages instead of %llu", (unsigned long long)received_total, (unsigned long long)total);
}

static void single(int count, double pause) {
    double *latencies = calloc((size_t)count, sizeof *latencies);
    uint64_t before = received_total, target = received_total;
    for (int i = 0; i < count; i++) {
        double start = now();
        last_byte = start;
        target += recipients();
        send_messages(0, (uint64_t)i, 1);
        while (received_total < target)
            run_or_fail("a single message");
        latencies[i] = now() - start;
        run_for(pause);
        check_total(target);
    }
    printf("{\"messages\": %d, \"deliveries\": %llu, \"latencies_us\": [", count,
           (unsigned long long)(received_total - before));
    for (int i = 0; i < count; i++)
        printf("%s%.1f", i ? ", " : "", latencies[i] * 1e6);
    printf("]}\n");
    free(latencies);
}

static void saturate(int senders, int window, double seconds) {
    uint64_t before = received_total, sent_count = 0, limit = (uint64_t)senders * (uint64_t)window;
    uint64_t *base = malloc((size_t)client_count * sizeof *base);
    uint64_t *sent_by = calloc((size_t)client_count, sizeof *sent_by);
    double start = now(), sending_ended;
    if (!base || !sent_by || senders > client_count)
        fail("cannot allocate %d senders", senders);
    memcpy(base, received, (size_t)client_count * sizeof *base);
    last_byte = start;
    for (;;) {
        /* progress of the slowest client; IRC servers do not echo a message to its sender */
        uint64_t slowest = UINT64_MAX;
        for (int i = 0; i < client_count; i++) {
            uint64_t progress = received[i] - base[i] + (protocol == IRC ? sent_by[i] : 0);
            slowest = progress < slowest ? progress : slowest;
        }
        uint64_t each = (limit - (sent_count - slowest)) / (uint64_t)senders;
        if (now() - start >= seconds)
            break;
        for (int s = 0; each && s < senders; s++) {
            send_messages(s, sent_by[s], each);
            sent_by[s] += each;
            sent_count += each;
        }
        run_or_fail("messages under saturation");
    }
    sending_ended = now();
    while (received_total - before < sent_count * recipients())
        run_or_fail("the last messages");
    double end = now();
    run_for(0.05);
    check_total(before + sent_count * recipients());
    printf("{\"messages\": %llu, \"deliveries\": %llu, \"seconds\": %.6f, \"drain_seconds\": %.6f}\n",
           (unsigned long long)sent_count, (unsigned long long)(received_total - before), end - start,
           end - sending_ended);
    free(base);
    free(sent_by);
}

/* ---- commands ---- */

static bool run_command(char *line) {
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
        fail("unknown command: %s", line);
    fflush(stdout);
    return true;
}

int main(int argc, char **argv) {
    static const char *names[] = {"line", "irc", "ws", "sio"};
    char line[256];
    if (argc != 5) {
        fprintf(stderr, "usage: %s line|irc|ws|sio PORT CLIENTS CONNECTING\n", argv[0]);
        return 2;
    }
    int named = 0;
    while (named < 4 && strcmp(argv[1], names[named]) != 0)
        named++;
    port = atoi(argv[2]), client_count = atoi(argv[3]), max_connecting = atoi(argv[4]);
    if (named == 4 || port < 1 || client_count < 1 || max_connecting < 1)
        fail("bad arguments");
    protocol = (enum protocol)named;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    clients = calloc((size_t)client_count, sizeof *clients);
    received = calloc((size_t)client_count, sizeof *received);
    events = calloc((size_t)client_count + 1, sizeof *events);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!clients || !received || !events || epoll_fd < 0)
        fail("cannot allocate %d clients", client_count);
    struct epoll_event commands = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &commands) < 0)
        fail("standard input must be a pipe");
    setvbuf(stdin, NULL, _IONBF, 0); /* epoll does not see a buffered command */
    for (;;) {
        if (!run_once(-1))
            continue;
        if (!fgets(line, sizeof line, stdin) || !run_command(line))
            break;
    }
    return 0;
}
