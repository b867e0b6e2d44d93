/* The clients of soak.c that use Socket.IO by long polling: one connection for GET, and one for each POST. */
#define _GNU_SOURCE
#include "soak.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEPARATOR '\x1e' /* between the packets of one request or response */

static void get(struct client *c) {
    char text[300];
    int size = snprintf(text, sizeof text,
                        "GET /socket.io/?EIO=4&transport=polling%s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
                        c->sid[0] ? "&sid=" : "", c->sid, port);
    send_raw(c, text, (size_t)size);
}

void start_polling(struct client *c) {
    c->sid[0] = 0;
    get(c);
}

/* Read one response to GET, if it is complete, and send the next GET. */
size_t read_response(struct client *c, const char *data, size_t size) {
    const char *body = memmem(data, size, "\r\n\r\n", 4);
    if (!body)
        return 0;
    body += 4;
    const char *field = memmem(data, (size_t)(body - data), "Content-Length: ", 16);
    if (!starts_with(data, size, "HTTP/1.1 200 ") || !field) {
        lost_connection(c, "a GET was refused");
        return size;
    }
    size_t length = strtoul(field + 16, NULL, 10);
    if ((size_t)(data + size - body) < length)
        return 0;
    const char *end = body + length;
    for (const char *at = body; at < end && c->fd >= 0;) {
        const char *stop = memchr(at, SEPARATOR, (size_t)(end - at));
        stop = stop ? stop : end;
        read_packet(c, at, (size_t)(stop - at));
        at = stop + 1;
    }
    if (c->fd >= 0)
        get(c);
    return (size_t)(end - data);
}

/* Send what waits, if the connection is open already; otherwise when epoll says so. */
static void send_post(struct client *c) {
    static struct bytes request;
    char head[300];
    request.size = 0;
    snprintf(head, sizeof head,
             "POST /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
             "Connection: close\r\nContent-Length: %zu\r\n\r\n",
             c->sid, port, c->posts.size);
    add_text(&request, head);
    append(&request, c->posts.data, c->posts.size);
    ssize_t sent = send(c->post_fd, request.data, request.size, MSG_NOSIGNAL);
    if (sent == (ssize_t)request.size) {
        c->posts.size = 0;
        c->posting = true;
        watch_post(c, false, false);
    } else if (sent >= 0 || errno != EAGAIN) {
        lost_connection(c, "a POST could not be sent");
    }
}

static void start_post(struct client *c) {
    c->posted.size = 0;
    c->posting = false;
    c->post_fd = connect_to(port, 0);
    if (c->post_fd < 0)
        fail("client %d: connect: %s", index_of(c), strerror(errno));
    watch_post(c, true, true);
    send_post(c);
}

void post(struct client *c, const char *packet) {
    if (c->posts.size)
        append(&c->posts, &(char){SEPARATOR}, 1);
    add_text(&c->posts, packet);
    if (c->post_fd < 0)
        start_post(c);
}

/* The connection for POST is open, or its response arrives. */
void handle_post(struct client *c) {
    char data[2048];
    if (!c->posting) {
        send_post(c);
        return;
    }
    ssize_t got = recv(c->post_fd, data, sizeof data, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got > 0) {
        append(&c->posted, data, (size_t)got);
        return;
    }
    close(c->post_fd);
    c->post_fd = -1;
    if (!starts_with(c->posted.data, c->posted.size, "HTTP/1.1 200 "))
        lost_connection(c, "a POST was refused");
    else if (c->posts.size)
        start_post(c);
}
