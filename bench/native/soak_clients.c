/* The connections of soak.c: line chat, plain-text WebSocket, JSON, and Socket.IO by WebSocket. */
#define _GNU_SOURCE
#include "soak.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)
#define MAX_PARTIAL (1024 * 1024) /* a welcome has at most 768 KiB */
#define MAX_EVENTS 4096
#define SLOW_BUFFER (64 * 1024) /* bytes that the kernel keeps for a slow reader: what comes during a pause */

const char *const kind_names[KINDS] = {"line", "text WebSocket", "JSON", "Socket.IO", "Socket.IO by polling"};

static int epoll_fd;
static char buffer[MAX_PARTIAL + READ_SIZE];

int index_of(const struct client *c) { return (int)(c - clients); }

void start_clients(void) {
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        fail("epoll_create1: %s", strerror(errno));
}

/* ---- epoll: the lowest bit tells the connection for POST from the other ---- */

static void control(int fd, int operation, uint32_t what, uint64_t data) {
    struct epoll_event event = {.events = what, .data.u64 = data};
    if (epoll_ctl(epoll_fd, operation, fd, &event) < 0)
        fail("epoll_ctl: %s", strerror(errno));
}

static void watch(struct client *c, int operation) {
    uint32_t what = (c->frozen || c->paused ? 0 : EPOLLIN) | (c->unsent.size ? EPOLLOUT : 0);
    control(c->fd, operation, what, (uint64_t)index_of(c) * 2);
}

void watch_reads(struct client *c) { watch(c, EPOLL_CTL_MOD); }

void watch_post(struct client *c, bool added, bool writes) {
    control(c->post_fd, added ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, writes ? EPOLLOUT : EPOLLIN,
            (uint64_t)index_of(c) * 2 + 1);
}

/* ---- the life of a connection ---- */

void close_client(struct client *c, double away) {
    if (c->state == PRESENT)
        present--;
    c->state = AWAY;
    close(c->fd);
    c->fd = -1;
    if (c->post_fd >= 0)
        close(c->post_fd);
    c->post_fd = -1;
    c->frozen = c->paused = false;
    c->due = now() + away;
    if (c->kind == LINE || c->kind == TEXT)
        c->next[0] = c->next[1] = UNKNOWN;
}

void lost_connection(struct client *c, const char *why) {
    if (c->frozen) {
        totals.cut_off++;
    } else {
        fault(c, "disconnected: %s", why);
    }
    close_client(c, 1);
}

void become_present(struct client *c, bool resumed) {
    if (c->state == PRESENT)
        return;
    if (c->resumes && resumed) {
        totals.resumed++;
    } else if (c->resumes) {
        fault(c, "came back, but what it missed was not sent");
        c->next[0] = c->next[1] = UNKNOWN;
    }
    c->state = PRESENT;
    c->since = now();
    c->due = c->since;
    present++;
}

void send_raw(struct client *c, const char *data, size_t size) {
    if (c->unsent.size == 0) {
        ssize_t sent = send(c->fd, data, size, MSG_NOSIGNAL);
        if (sent == (ssize_t)size)
            return;
        if (sent > 0)
            data += sent, size -= (size_t)sent;
    }
    append(&c->unsent, data, size);
    watch_reads(c);
}

static void send_frame(struct client *c, int opcode, const char *data, size_t size) {
    static struct bytes frame;
    frame.size = 0;
    add_frame(&frame, opcode, data, size);
    send_raw(c, frame.data, frame.size);
}

void send_packet(struct client *c, const char *packet) {
    if (c->kind == LINE)
        send_raw(c, packet, strlen(packet));
    else if (c->kind == POLLING)
        post(c, packet);
    else
        send_frame(c, 1, packet, strlen(packet));
}

static void start_websocket(struct client *c) {
    char text[400], path[160];
    const char *rest = c->room == LOBBY ? "" : ",";
    const char *room = c->room == LOBBY ? "" : rooms[c->room].name;
    if (c->kind == TEXT)
        snprintf(path, sizeof path, "/ws");
    else if (c->kind == SOCKETIO)
        snprintf(path, sizeof path, "/socket.io/?EIO=4&transport=websocket");
    else if (c->resumes)
        snprintf(path, sizeof path, "/ws?format=json&resume=1&rooms=lobby%s%s", rest, room);
    else
        snprintf(path, sizeof path, "/ws?format=json&nick=s%d&rooms=lobby%s%s", index_of(c), rest, room);
    int size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        path, port);
    send_raw(c, text, (size_t)size);
}

void open_client(struct client *c) {
    c->resumes = c->session[0] != 0;
    c->upgraded = false;
    c->state = JOINING;
    c->pending = 0;
    c->partial.size = c->unsent.size = c->posts.size = c->posted.size = 0;
    c->fd = connect_to(port, c->slow ? SLOW_BUFFER : 0);
    if (c->fd < 0)
        fail("client %d: connect: %s", index_of(c), strerror(errno));
    watch(c, EPOLL_CTL_ADD);
    if (c->kind == POLLING)
        start_polling(c);
    else if (c->kind != LINE)
        start_websocket(c);
}

void say(struct client *c, int room) {
    char text[64], packet[160];
    snprintf(text, sizeof text, "%c%d.%u%c the quick brown fox", MARK, getpid(), new_message(c, room), MARK);
    if (c->kind == LINE)
        snprintf(packet, sizeof packet, "%s\n", text);
    else if (c->kind == TEXT)
        snprintf(packet, sizeof packet, "%s", text);
    else if (c->kind == JSON)
        snprintf(packet, sizeof packet, "{\"type\":\"message\",\"room\":\"%s\",\"text\":\"%s\"}",
                 rooms[room].name, text);
    else
        snprintf(packet, sizeof packet, "42[\"messages\",\"%s\"]", text);
    send_packet(c, packet);
}

/* ---- reading ---- */

static size_t read_lines(struct client *c, const char *data, size_t size) {
    const char *at = data, *end = data + size, *stop;
    while (at < end && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        read_line(c, at, (size_t)(stop - at));
        at = stop + 1;
    }
    return (size_t)(at - data);
}

static size_t read_upgrade(struct client *c, const char *data, size_t size) {
    char resume[300];
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end)
        return 0;
    if (!starts_with(data, size, "HTTP/1.1 101 ")) {
        lost_connection(c, "its handshake was refused");
        return size;
    }
    c->upgraded = true;
    if (c->kind == JSON && c->resumes) {
        snprintf(resume, sizeof resume, "{\"type\":\"resume\",\"session\":\"%s\",\"since\":\"%s\"}", c->session,
                 c->position);
        send_packet(c, resume);
    }
    return (size_t)(end - data) + 4;
}

static size_t read_frames(struct client *c, const char *data, size_t size) {
    size_t at = c->upgraded ? 0 : read_upgrade(c, data, size);
    while (c->upgraded && c->fd >= 0) {
        struct frame frame = read_frame(data + at, size - at);
        if (!frame.size)
            break;
        at += frame.size;
        if (frame.opcode == 9)
            send_frame(c, 10, frame.payload, frame.length);
        else if (frame.opcode == 8)
            lost_connection(c, "a close frame of the server");
        else
            read_text(c, frame.payload, frame.length);
    }
    return at;
}

static bool read_once(struct client *c) {
    size_t kept = c->partial.size;
    if (kept > MAX_PARTIAL)
        fail("client %d: %zu bytes without an end", index_of(c), kept);
    ssize_t got = recv(c->fd, buffer + kept, READ_SIZE, 0);
    if (got < 0 && errno == EAGAIN)
        return false;
    if (got <= 0) {
        lost_connection(c, got ? strerror(errno) : "closed by the server");
        return false;
    }
    if (kept)
        memcpy(buffer, c->partial.data, kept);
    size_t size = kept + (size_t)got, used;
    c->partial.size = 0;
    if (c->kind == LINE)
        used = read_lines(c, buffer, size);
    else if (c->kind == POLLING)
        used = read_response(c, buffer, size);
    else
        used = read_frames(c, buffer, size);
    if (c->fd >= 0 && used < size)
        append(&c->partial, buffer + used, size - used);
    return c->fd >= 0;
}

/* One that was frozen reads all that is there, others what one call returns. */
void read_client(struct client *c) {
    read_time = now();
    while (read_once(c) && c->frozen)
        continue;
}

static void flush_unsent(struct client *c) {
    ssize_t sent = send(c->fd, c->unsent.data, c->unsent.size, MSG_NOSIGNAL);
    if (sent > 0) {
        c->unsent.size -= (size_t)sent;
        memmove(c->unsent.data, c->unsent.data + sent, c->unsent.size);
    }
    /* An error is found by reading, which also says why. */
    if (c->unsent.size == 0 || (sent < 0 && errno != EAGAIN)) {
        c->unsent.size = 0;
        watch_reads(c);
    }
}

void handle_events(int timeout_ms) {
    static struct epoll_event events[MAX_EVENTS];
    int count = epoll_wait(epoll_fd, events, MAX_EVENTS, timeout_ms);
    if (count < 0 && errno != EINTR)
        fail("epoll_wait: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        struct client *c = &clients[events[i].data.u64 / 2];
        uint32_t what = events[i].events;
        if (events[i].data.u64 & 1) {
            if (c->post_fd >= 0)
                handle_post(c);
            continue;
        }
        if (c->fd >= 0 && (what & EPOLLOUT))
            flush_unsent(c);
        if (c->fd >= 0 && (what & (EPOLLIN | EPOLLERR | EPOLLHUP)))
            read_client(c);
    }
}
