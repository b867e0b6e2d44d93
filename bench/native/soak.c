/*
 * A load of many kinds of clients, for a long time, which checks what every one of them receives.
 *
 *     soak PORT CLIENTS SECONDS RATE CONNECTING
 *
 * All clients are in the lobby; most of those that can are also in one other room, of 2 members to a third of them.
 * RATE messages a second are sent, in rooms of all sizes. In each second one client in a thousand leaves; it returns
 * within ten seconds, and JSON and Socket.IO clients resume. One client in ten is slow: it reads for a second, then
 * pauses for 3 to 10. Every half minute, one in a thousand stops reading for 90 seconds, and may be disconnected for
 * that. At the end all return, each room receives one more message, and everything must have arrived.
 *
 * It prints one line of JSON in each period, one for each fault, and one at the end. The exit status is 1 if there was
 * a fault.
 */
#define _GNU_SOURCE
#include "soak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURN 0.05             /* seconds between two looks at all clients */
#define FINISH_SECONDS 90.0   /* for everything to arrive at the end */
#define CONNECT_SECONDS 300.0 /* for the clients to connect */
#define FROZEN_SECONDS 90.0

struct client *clients;
struct room *rooms;
struct totals totals;
int client_count, room_count, port, present;

static int max_connecting;

static double random_between(double low, double high) { return low + (high - low) * drand48(); }

static int random_below(int limit) { return (int)(drand48() * limit); }

/* ---- who is there, and where ---- */

static enum kind random_kind(void) {
    static const int shares[KINDS] = {40, 15, 25, 15, 5};
    int left = random_below(100), kind = LINE;
    while (left >= shares[kind])
        left -= shares[kind++];
    return (enum kind)kind;
}

static void make_clients(void) {
    clients = allocate((size_t)client_count, sizeof *clients);
    for (int i = 0; i < client_count; i++) {
        struct client *c = &clients[i];
        c->kind = random_kind();
        c->fd = c->post_fd = -1;
        c->next[0] = c->next[1] = c->last_placed[0] = c->last_placed[1] = UNKNOWN;
        c->slow = i % 10 == 9 && c->kind != POLLING;
    }
}

static void enter(struct room *room, int client) {
    room->members = realloc(room->members, (size_t)(room->size + 1) * sizeof *room->members);
    if (!room->members)
        fail("out of memory");
    room->members[room->size++] = client;
}

/* Three large rooms, then ever smaller ones, until four in five of those that can have entered one. */
static void make_rooms(void) {
    static const int sizes[] = {100, 50, 20, 10, 5, 3, 2, 2, 2};
    int *able = allocate((size_t)client_count, sizeof *able), able_count = 0, next = 0;
    rooms = allocate((size_t)client_count + 1, sizeof *rooms);
    strcpy(rooms[LOBBY].name, "lobby");
    room_count = 1;
    for (int i = 0; i < client_count; i++) {
        enter(&rooms[LOBBY], i);
        if (clients[i].kind <= JSON && random_below(5))
            able[able_count++] = i;
    }
    for (int n = 0; able_count - next >= 2; n++) {
        int size = n < 3 ? able_count / (n + 3) : sizes[n % 9];
        struct room *room = &rooms[room_count];
        snprintf(room->name, sizeof room->name, "room%d", room_count);
        for (int i = 0; i < (size < 2 ? 2 : size) && next < able_count; i++, next++) {
            clients[able[next]].room = room_count;
            enter(room, able[next]);
        }
        room_count++;
    }
    free(able);
}

static bool can_send(const struct client *c, int room) {
    return c->state == PRESENT && !c->slow && !c->frozen && (room != LOBBY || c->kind >= JSON || c->room == LOBBY);
}

static bool send_in(int room) {
    for (int attempt = 0; attempt < 50; attempt++) {
        struct client *c = &clients[rooms[room].members[random_below(rooms[room].size)]];
        if (can_send(c, room)) {
            say(c, room);
            return true;
        }
    }
    return false;
}

/* One message in fifty is for the lobby, one in ten for a large room, one in four for one of 50 or 100 members. */
static void send_somewhere(void) {
    int chosen = random_below(100), smallest = 2, largest = 49;
    if (chosen < 2) {
        send_in(LOBBY);
        return;
    }
    if (chosen < 12)
        smallest = 101, largest = client_count;
    else if (chosen < 37)
        smallest = 50, largest = 100;
    for (int attempt = 0; attempt < 50; attempt++) {
        int room = 1 + random_below(room_count - 1);
        if (rooms[room].size >= smallest && rooms[room].size <= largest && send_in(room))
            return;
    }
    send_in(1 + random_below(room_count - 1));
}

/* ---- who comes and goes ---- */

static int count_joining(void) {
    int count = 0;
    for (int i = 0; i < client_count; i++)
        count += clients[i].state == JOINING;
    return count;
}

static void look_at_clients(void) {
    double time = now();
    int joining = count_joining();
    for (int i = 0; i < client_count; i++) {
        struct client *c = &clients[i];
        if (c->due > time)
            continue;
        if (c->state == AWAY && joining < max_connecting) {
            totals.returned += c->since > 0;
            open_client(c);
            joining++;
        } else if (c->state == PRESENT && c->frozen) {
            /* It stays frozen until it has read what is there: it may have been disconnected. */
            read_client(c);
            if (c->state == PRESENT) {
                c->frozen = false;
                c->since = time;
                watch_reads(c);
            }
        } else if (c->state == PRESENT && c->slow) {
            c->paused = !c->paused;
            c->due = time + (c->paused ? random_between(3, 10) : 1);
            watch_reads(c);
        }
    }
}

static struct client *random_quiet_client(void) {
    for (int attempt = 0; attempt < 50; attempt++) {
        struct client *c = &clients[random_below(client_count)];
        if (c->state == PRESENT && !c->frozen && c->pending == 0)
            return c;
    }
    return NULL;
}

static void let_one_leave(void) {
    struct client *c = random_quiet_client();
    if (!c)
        return;
    totals.left++;
    if (c->kind == LINE && random_below(2))
        send_packet(c, "\\quit\n");
    close_client(c, random_between(0.5, 10));
}

static void freeze_some(void) {
    for (int i = 0; i < client_count / 1000 + 1; i++) {
        struct client *c = random_quiet_client();
        if (!c || c->kind == POLLING)
            continue;
        c->frozen = true;
        c->due = now() + FROZEN_SECONDS;
        watch_reads(c);
    }
}

/* ---- the run ---- */

static void run_for(double seconds) {
    static double looked;
    double end = now() + seconds;
    do {
        handle_events(5);
        if (now() - looked >= TURN) {
            looked = now();
            look_at_clients();
        }
    } while (now() < end);
}

static void report(double time) {
    printf("{\"time\": %.2f, \"present\": %d, \"sent\": %llu, \"received\": %llu, \"left\": %llu, \"returned\": %llu, "
           "\"resumed\": %llu, \"cut_off\": %llu, \"median_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f}\n",
           time, present, (unsigned long long)totals.sent, (unsigned long long)totals.received,
           (unsigned long long)totals.left, (unsigned long long)totals.returned, (unsigned long long)totals.resumed,
           (unsigned long long)totals.cut_off, delay_ms(50, false), delay_ms(99, false), delay_ms(100, false));
    fflush(stdout);
    reset_delays();
}

static void connect_all(void) {
    double start = now();
    while (present < client_count && !faults) {
        run_for(TURN);
        if (now() - start > CONNECT_SECONDS)
            fail("only %d of %d clients joined within %.0f s", present, client_count, CONNECT_SECONDS);
    }
    printf("{\"connected\": %.2f, \"rooms\": %d}\n", now() - start, room_count);
    fflush(stdout);
}

static void send_for(double seconds, double rate) {
    double start = now(), period = seconds / 120 < 1 ? 1 : seconds / 120;
    double next_message = start, next_leave = start, next_report = start + period, next_freeze = start + 5;
    double leaves = client_count / 1000.0 > 0.5 ? client_count / 1000.0 : 0.5;
    while (now() < start + seconds) {
        run_for(0);
        for (; next_message <= now(); next_message += 1 / rate)
            send_somewhere();
        for (; next_leave <= now(); next_leave += 1 / leaves)
            let_one_leave();
        if (next_report <= now()) {
            report(now() - start);
            next_report += period;
        }
        if (next_freeze <= now() && now() < start + seconds - FROZEN_SECONDS) {
            freeze_some();
            next_freeze += FROZEN_SECONDS / 3;
        }
    }
}

/* Everyone returns and reads; each room receives one more message; then everything must arrive. */
static void finish(void) {
    double end = now() + FINISH_SECONDS;
    for (int i = 0; i < client_count; i++) {
        struct client *c = &clients[i];
        if (c->state == AWAY || c->frozen)
            c->due = 0;
    }
    run_for(2 * TURN);
    for (int i = 0; i < client_count; i++)
        if (clients[i].slow) {
            clients[i].slow = clients[i].paused = false;
            clients[i].since = now(); /* what it has still to read does not count for the delays */
            if (clients[i].state == PRESENT)
                watch_reads(&clients[i]);
        }
    while (present < client_count && now() < end)
        run_for(TURN);
    for (int i = 0; i < room_count; i++)
        if (!send_in(i))
            fault(&clients[rooms[i].members[0]], "nobody can send in %s any more", rooms[i].name);
    while (count_missing() && now() < end)
        run_for(TURN);
    run_for(0.5); /* for what is doubled */
    report_missing();
    for (int i = 0; i < client_count; i++)
        if (clients[i].state != PRESENT)
            fault(&clients[i], "is not there at the end");
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: %s PORT CLIENTS SECONDS RATE CONNECTING\n", argv[0]);
        return 2;
    }
    port = atoi(argv[1]), client_count = atoi(argv[2]), max_connecting = atoi(argv[5]);
    double seconds = atof(argv[3]), rate = atof(argv[4]);
    if (port < 1 || client_count < 10 || seconds <= 0 || rate <= 0 || max_connecting < 1)
        fail("bad arguments");
    raise_file_limit();
    srand48(1);
    make_clients();
    make_rooms();
    start_clients();
    connect_all();
    run_for(1);
    send_for(seconds, rate);
    finish();
    printf("{\"sent\": %llu, \"received\": %llu, \"left\": %llu, \"returned\": %llu, \"resumed\": %llu, "
           "\"cut_off\": %llu, \"median_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f, \"faults\": %d}\n",
           (unsigned long long)totals.sent, (unsigned long long)totals.received, (unsigned long long)totals.left,
           (unsigned long long)totals.returned, (unsigned long long)totals.resumed, (unsigned long long)totals.cut_off,
           delay_ms(50, true), delay_ms(99, true), delay_ms(100, true), faults);
    fflush(stdout);
    return faults ? 1 : 0;
}
