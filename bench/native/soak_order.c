/*
 * The order of soak.c: what every reader must receive.
 *
 * Each message has a number, behind that of the run between two MARKs in its text. The first reader that receives a
 * message gives it the next place in the order of its room; every other reader of the room must receive it at that
 * place. So one number for each reader and room is enough to find what is lost, doubled or in another order. The first
 * message that a client receives in a room, often one of the history, tells its place; what follows must follow without
 * a gap.
 */
#define _GNU_SOURCE
#include "soak.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_REPORTED 20
#define BUCKETS 512
#define BUCKETS_PER_OCTAVE 16

struct message {
    int sender, room;
    uint32_t place;
    double sent_at;
};

int faults;
double read_time;

static struct message *messages;
static uint32_t message_count, message_capacity;
static uint64_t delays[2][BUCKETS]; /* since the last reset, and of the whole run */

void fault(const struct client *c, const char *format, ...) {
    char text[300];
    va_list arguments;
    if (++faults > MAX_REPORTED)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    make_printable(text);
    printf("{\"fault\": \"client %d, %s%s: %s\"}\n", index_of(c), kind_names[c->kind], c->slow ? ", slow" : "", text);
    fflush(stdout);
}

uint32_t new_message(struct client *sender, int room) {
    if (message_count == message_capacity) {
        message_capacity = message_capacity ? message_capacity * 2 : 4096;
        messages = realloc(messages, message_capacity * sizeof *messages);
        if (!messages)
            fail("out of memory");
    }
    messages[message_count] = (struct message){index_of(sender), room, UNKNOWN, now()};
    sender->pending++;
    totals.sent++;
    return message_count++;
}

static void give_place(struct message *m, uint32_t number, int which) {
    struct room *room = &rooms[m->room];
    struct client *sender = &clients[m->sender];
    if (room->length == room->capacity) {
        room->capacity = room->capacity ? room->capacity * 2 : 64;
        room->order = realloc(room->order, room->capacity * sizeof *room->order);
        if (!room->order)
            fail("out of memory");
    }
    m->place = room->length;
    room->order[room->length++] = number;
    if (sender->last_placed[which] != UNKNOWN && number < sender->last_placed[which])
        fault(sender, "its message %u in %s came after its message %u", number, room->name, sender->last_placed[which]);
    sender->last_placed[which] = number;
}

static void count_delay(double seconds) {
    double bucket = log2(fmax(seconds * 1e6, 1)) * BUCKETS_PER_OCTAVE;
    int index = bucket < BUCKETS ? (int)bucket : BUCKETS - 1;
    delays[0][index]++, delays[1][index]++;
}

static void note_message(struct client *c, uint32_t number) {
    if (number >= message_count) {
        fault(c, "received message %u, which nobody sent", number);
        return;
    }
    struct message *m = &messages[number];
    int which = m->room == LOBBY ? 0 : 1;
    if (which && m->room != c->room) {
        fault(c, "received message %u of %s, where it is not", number, rooms[m->room].name);
        return;
    }
    if (m->place == UNKNOWN)
        give_place(m, number, which);
    uint32_t expected = c->next[which];
    if (expected != UNKNOWN && m->place < expected)
        fault(c, "received message %u of %s again, or late: %u was expected next", number, rooms[m->room].name,
              expected);
    else if (expected != UNKNOWN && m->place > expected)
        fault(c, "lost %u messages of %s, from message %u on", m->place - expected, rooms[m->room].name,
              rooms[m->room].order[expected]);
    c->next[which] = m->place + 1;
    totals.received++;
    if (m->sender == index_of(c) && c->pending)
        c->pending--;
    if (c->state == PRESENT && !c->slow && !c->frozen && m->sent_at > c->since)
        count_delay(read_time - m->sent_at);
}

void note_messages(struct client *c, const char *text, size_t size) {
    const char *end = text + size;
    while ((text = memchr(text, MARK, (size_t)(end - text))) != NULL) {
        const char *stop = memchr(text + 1, MARK, (size_t)(end - text - 1));
        int run;
        uint32_t number;
        if (!stop || sscanf(text + 1, "%d.%u", &run, &number) != 2) {
            fault(c, "received a damaged message");
            return;
        }
        if (run == getpid()) /* else one of the history, from an earlier run */
            note_message(c, number);
        text = stop + 1;
    }
}

static uint64_t missing(const struct client *c, int which) {
    const struct room *room = &rooms[which ? c->room : LOBBY];
    if (c->state != PRESENT || (which && c->room == LOBBY) || room->length == 0)
        return 0;
    return c->next[which] == UNKNOWN ? room->length : room->length - c->next[which];
}

uint64_t count_missing(void) {
    uint64_t count = 0;
    for (uint32_t number = 0; number < message_count; number++)
        count += messages[number].place == UNKNOWN;
    for (int i = 0; i < client_count; i++)
        count += missing(&clients[i], 0) + missing(&clients[i], 1);
    return count;
}

void report_missing(void) {
    for (uint32_t number = 0; number < message_count; number++)
        if (messages[number].place == UNKNOWN)
            fault(&clients[messages[number].sender], "nobody received its message %u in %s", number,
                  rooms[messages[number].room].name);
    for (int i = 0; i < client_count; i++)
        for (int which = 0; which < 2; which++)
            if (missing(&clients[i], which))
                fault(&clients[i], "the last %llu messages of %s are missing",
                      (unsigned long long)missing(&clients[i], which), rooms[which ? clients[i].room : LOBBY].name);
}

double delay_ms(double percent, bool overall) {
    const uint64_t *counts = delays[overall ? 1 : 0];
    uint64_t total = 0, below = 0;
    for (int i = 0; i < BUCKETS; i++)
        total += counts[i];
    for (int i = 0; i < BUCKETS; i++) {
        below += counts[i];
        if (total && (double)below >= (double)total * percent / 100)
            return exp2((i + 0.5) / BUCKETS_PER_OCTAVE) / 1000;
    }
    return 0;
}

void reset_delays(void) { memset(delays[0], 0, sizeof delays[0]); }
