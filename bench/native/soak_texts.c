/* What the server sends to the clients of soak.c: lines, JSON objects, and packets of Engine.IO and Socket.IO. */
#define _GNU_SOURCE
#include "soak.h"

#include <stdio.h>
#include <string.h>

/* Copy the value that follows a text, up to the next quotation mark. */
static bool copy_value(const char *text, size_t size, const char *after, char *to, size_t capacity) {
    const char *at = memmem(text, size, after, strlen(after));
    if (!at)
        return false;
    at += strlen(after);
    const char *end = memchr(at, '"', (size_t)(text + size - at));
    if (!end || (size_t)(end - at) >= capacity)
        return false;
    memcpy(to, at, (size_t)(end - at));
    to[end - at] = 0;
    return true;
}

/* The line chat and plain-text WebSocket. */
void read_line(struct client *c, const char *line, size_t size) {
    if (starts_with(line, size, "error:")) {
        fault(c, "%.*s", (int)size, line);
    } else if (c->state == JOINING && starts_with(line, size, "Welcome, ")) {
        char join[40];
        snprintf(join, sizeof join, "\\join %s%s", rooms[c->room].name, c->kind == LINE ? "\n" : "");
        if (c->room == LOBBY)
            become_present(c, false);
        else
            send_packet(c, join);
    } else if (c->state == JOINING && starts_with(line, size, "now talking in ")) {
        become_present(c, false);
    } else {
        note_messages(c, line, size);
    }
}

static void read_object(struct client *c, const char *object, size_t size) {
    if (starts_with(object, size, "{\"type\":\"error\"")) {
        fault(c, "%.*s", (int)size, object);
    } else if (starts_with(object, size, "{\"type\":\"welcome\"")) {
        copy_value(object, size, "\"session\":\"", c->session, sizeof c->session);
        become_present(c, memmem(object, size, "\"recovered\":true", 16) != NULL);
        copy_value(object, size, "\"position\":\"", c->position, sizeof c->position);
    } else if (!starts_with(object, size, "{\"type\":\"history\"")) {
        copy_value(object, size, "\"id\":\"", c->position, sizeof c->position);
    }
    note_messages(c, object, size);
}

/* Engine.IO, with Socket.IO in its messages. */
void read_packet(struct client *c, const char *packet, size_t size) {
    char answer[300], session[sizeof c->session] = "";
    if (starts_with(packet, size, "2")) {
        send_packet(c, "3");
    } else if (starts_with(packet, size, "0")) {
        copy_value(packet, size, "\"sid\":\"", c->sid, sizeof c->sid);
        snprintf(answer, sizeof answer, "40{\"dialect\":\"messages\"}");
        if (c->resumes)
            snprintf(answer, sizeof answer, "40{\"dialect\":\"messages\",\"pid\":\"%s\",\"offset\":\"%s\"}", c->session,
                     c->position);
        send_packet(c, answer);
    } else if (starts_with(packet, size, "40")) {
        copy_value(packet, size, "\"pid\":\"", session, sizeof session);
        become_present(c, strcmp(session, c->session) == 0);
        strcpy(c->session, session);
    } else if (starts_with(packet, size, "42[\"messages\",")) {
        note_messages(c, packet, size);
    } else if (starts_with(packet, size, "42[\"") && !memchr(packet, ',', size)) {
        copy_value(packet, size, "42[\"", c->position, sizeof c->position); /* a position event */
    } else if (starts_with(packet, size, "44")) {
        fault(c, "%.*s", (int)size, packet);
    }
}

void read_text(struct client *c, const char *text, size_t size) {
    if (c->kind == TEXT)
        read_line(c, text, size);
    else if (c->kind == JSON)
        read_object(c, text, size);
    else
        read_packet(c, text, size);
}
