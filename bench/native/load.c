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
 *     single MESSAGES PAUSE_MS SENDERS one of SENDERS clients sends a message, all receive it, a pause, the next one sends
 *     saturate SENDERS WINDOW SECONDS  SENDERS clients send as fast as possible; then receive everything
 *     quit
 *
 * A message contains the byte '^' once, as its first byte, and nothing else that the servers send contains it, so a
 * delivery is one '^' read by one client. In "saturate" no client is ever more than SENDERS * WINDOW messages behind.
 * Any fault (a closed connection, a duplicate, a lost message) prints one {"error": ...} and ends the program.
 */
#define _GNU_SOURCE
#include "load_clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 40         /* bytes of a message */
#define STALL_SECONDS 30.0   /* without any byte: the server is stuck */
#define QUIET_SECONDS 0.3    /* without any byte: the server is idle */

static int max_connecting;

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

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static void single(int count, double pause, int senders) {
    double *latencies = allocate((size_t)count, sizeof *latencies);
    double *each = allocate((size_t)count * (size_t)client_count, sizeof *each);
    uint64_t before = received_total, target = received_total;
    size_t noted = 0;
    for (int i = 0; i < count; i++) {
        double start = now();
        last_byte = start;
        target += recipients();
        arrivals = each + noted, arrival_count = 0;
        send_messages(i % senders, (uint64_t)i, 1);
        while (received_total < target)
            run_or_fail("a single message");
        latencies[i] = now() - start;
        arrivals = NULL;
        for (size_t n = noted; n < noted + arrival_count; n++)
            each[n] -= start;
        noted += arrival_count;
        run_for(pause);
        check_total(target);
    }
    qsort(each, noted, sizeof *each, by_size);
    printf("{\"messages\": %d, \"deliveries\": %llu, \"median_us\": %.1f, \"p99_us\": %.1f, \"latencies_us\": [", count,
           (unsigned long long)(received_total - before), each[noted / 2] * 1e6, each[noted * 99 / 100] * 1e6);
    for (int i = 0; i < count; i++)
        printf("%s%.1f", i ? ", " : "", latencies[i] * 1e6);
    printf("]}\n");
    free(latencies);
    free(each);
}

static void saturate(int senders, int window, double seconds) {
    uint64_t before = received_total, sent_count = 0, limit = (uint64_t)senders * (uint64_t)window;
    uint64_t *base = allocate((size_t)client_count, sizeof *base);
    uint64_t *sent_by = allocate((size_t)client_count, sizeof *sent_by);
    double start = now(), sending_ended;
    if (senders > client_count)
        fail("there are fewer than %d senders", senders);
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
    else if (sscanf(line, "single %d %lf %d", &a, &c, &b) == 3 && b > 0 && b <= client_count)
        single(a, c / 1000, b);
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
    raise_file_limit();
    make_clients();
    setvbuf(stdin, NULL, _IONBF, 0); /* epoll does not see a buffered command */
    for (;;) {
        if (!run_once(-1))
            continue;
        if (!fgets(line, sizeof line, stdin) || !run_command(line))
            break;
    }
    return 0;
}
