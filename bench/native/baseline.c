/*
 * The baseline: the minimum that a chat server can do, in C, on one thread, with epoll and send().
 *
 *     baseline PORT
 *
 * It welcomes clients, gives them nicknames, announces who joins and leaves, and sends every line to every client as
 * "guest_N: text". It stores nothing. The lines read in one iteration of the epoll loop form one batch, with one send()
 * for each client. What the socket buffer does not accept waits, up to 1 MiB; beyond that the client is disconnected.
 * A server that stores, filters or routes messages cannot be expected to be faster.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_LIMIT 4096
#define UNSENT_LIMIT (1024 * 1024)
#define READ_SIZE (64 * 1024)

struct bytes {
    char *data;
    size_t size, capacity;
};

struct client {
    int fd, number, slot;
    struct bytes partial;   /* an incomplete line */
    struct bytes unsent; /* what the socket buffer did not accept */
};

static struct client **clients; /* all connected clients */
static int client_count, client_capacity, last_number, epoll_fd;
static struct bytes batch; /* what this iteration sends to every client */

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void append(struct bytes *to, const void *data, size_t size) {
    if (to->size + size > to->capacity) {
        to->capacity = (to->size + size) * 2;
        to->data = realloc(to->data, to->capacity);
        if (!to->data)
            die("realloc");
    }
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

static void announce(const char *text) { append(&batch, text, strlen(text)); }

static void watch(struct client *c, uint32_t what, int operation) {
    struct epoll_event event = {.events = what, .data.ptr = c};
    if (epoll_ctl(epoll_fd, operation, c->fd, &event) < 0)
        die("epoll_ctl");
}

/* The last client takes the slot of the one that leaves. */
static void leave(struct client *c) {
    char text[64];
    snprintf(text, sizeof text, "guest_%d: left the chat\r\n", c->number);
    announce(text);
    close(c->fd);
    clients[c->slot] = clients[--client_count];
    clients[c->slot]->slot = c->slot;
    free(c->partial.data);
    free(c->unsent.data);
    free(c);
}

/* Send at once and keep the remainder; -1 if the client must be disconnected. */
static int send_to(struct client *c, const char *data, size_t size) {
    if (c->unsent.size == 0) {
        ssize_t sent = send(c->fd, data, size, MSG_NOSIGNAL);
        if (sent == (ssize_t)size)
            return 0;
        if (sent < 0) {
            if (errno != EAGAIN)
                return -1;
            sent = 0;
        }
        data += sent, size -= (size_t)sent;
        watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
    append(&c->unsent, data, size);
    return c->unsent.size > UNSENT_LIMIT ? -1 : 0;
}

static int flush_unsent(struct client *c) {
    ssize_t sent = send(c->fd, c->unsent.data, c->unsent.size, MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN ? 0 : -1;
    c->unsent.size -= (size_t)sent;
    memmove(c->unsent.data, c->unsent.data + sent, c->unsent.size);
    if (c->unsent.size == 0) {
        free(c->unsent.data);
        c->unsent = (struct bytes){0};
        watch(c, EPOLLIN, EPOLL_CTL_MOD);
    }
    return 0;
}

static void accept_clients(int listener) {
    for (;;) {
        char text[64];
        int on = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (client_count == client_capacity) {
            client_capacity = client_capacity ? client_capacity * 2 : 64;
            clients = realloc(clients, (size_t)client_capacity * sizeof *clients);
        }
        struct client *c = calloc(1, sizeof *c);
        if (!clients || !c)
            die("malloc");
        c->fd = fd, c->number = ++last_number, c->slot = client_count;
        clients[client_count++] = c;
        watch(c, EPOLLIN, EPOLL_CTL_ADD);
        snprintf(text, sizeof text, "Welcome, guest_%d!\r\n", c->number);
        if (send_to(c, text, strlen(text)) < 0) {
            leave(c);
            continue;
        }
        snprintf(text, sizeof text, "guest_%d: joined the chat\r\n", c->number);
        announce(text);
    }
}

/* Read once and add the complete lines to the batch; -1 if the client must be disconnected. */
static int read_client(struct client *c) {
    static char buffer[LINE_LIMIT + READ_SIZE];
    char name[32];
    size_t kept = c->partial.size, name_size = (size_t)snprintf(name, sizeof name, "guest_%d: ", c->number);
    if (kept)
        memcpy(buffer, c->partial.data, kept);
    ssize_t got = recv(c->fd, buffer + kept, READ_SIZE, 0);
    if (got < 0 && errno == EAGAIN)
        return 0;
    if (got <= 0)
        return -1;
    const char *at = buffer, *end = buffer + kept + got, *stop;
    while (at < end && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        size_t size = (size_t)(stop - at);
        if (size && at[size - 1] == '\r')
            size--;
        if (size) {
            append(&batch, name, name_size);
            append(&batch, at, size);
            append(&batch, "\r\n", 2);
        }
        at = stop + 1;
    }
    c->partial.size = 0;
    if (at < end) {
        if (end - at > LINE_LIMIT)
            return -1;
        append(&c->partial, at, (size_t)(end - at));
    }
    return 0;
}

/* One send() for each client; clients that fail here are announced in another batch. */
static void broadcast(void) {
    static struct bytes sending;
    while (batch.size) {
        struct bytes empty = sending;
        sending = batch;
        batch = empty, batch.size = 0;
        for (int i = client_count - 1; i >= 0; i--)
            if (send_to(clients[i], sending.data, sending.size) < 0)
                leave(clients[i]);
    }
}

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    static struct epoll_event events[1024];
    struct rlimit files;
    int on = 1, listener;
    if (argc != 2) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 2;
    }
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    address.sin_port = htons((uint16_t)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0)
        die("listen");
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event) < 0)
        die("epoll");
    for (;;) {
        int count = epoll_wait(epoll_fd, events, 1024, -1);
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; i++) {
            struct client *c = events[i].data.ptr;
            int failed = 0;
            if (!c) {
                accept_clients(listener);
                continue;
            }
            if (events[i].events & EPOLLOUT)
                failed = flush_unsent(c);
            if (!failed && events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
                failed = read_client(c);
            if (failed)
                leave(c);
        }
        broadcast();
    }
}
