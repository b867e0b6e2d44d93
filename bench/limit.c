/*
 * The limit: the least that a chat server can do, in C, on one thread, with epoll and send().
 *
 *     limit PORT
 *
 * It greets, names its guests, tells who comes and goes, and says every line to everyone as "guest_N: text". It keeps
 * nothing. What is read in one round of epoll is joined once and goes out with one send() for each client; what the
 * kernel has no room for waits, up to 1 MiB, then the client is cut off. Nothing that stores, filters or routes can be
 * expected to be faster.
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
    size_t size, room;
};

struct client {
    int fd, number, slot;
    struct bytes rest;   /* the start of a line */
    struct bytes unsent; /* what the kernel had no room for */
};

static struct client **clients; /* everyone who is here */
static int client_count, client_room, numbers, epoll_fd;
static struct bytes batch; /* what this round says to everyone */

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void append(struct bytes *to, const void *data, size_t size) {
    if (to->size + size > to->room) {
        to->room = (to->size + size) * 2;
        to->data = realloc(to->data, to->room);
        if (!to->data)
            die("realloc");
    }
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

static void say(const char *text) { append(&batch, text, strlen(text)); }

static void watch(struct client *c, uint32_t what, int operation) {
    struct epoll_event event = {.events = what, .data.ptr = c};
    if (epoll_ctl(epoll_fd, operation, c->fd, &event) < 0)
        die("epoll_ctl");
}

/* The last of those who are here takes the place of the one who goes. */
static void leave(struct client *c) {
    char text[64];
    snprintf(text, sizeof text, "guest_%d: left the chat\r\n", c->number);
    say(text);
    close(c->fd);
    clients[c->slot] = clients[--client_count];
    clients[c->slot]->slot = c->slot;
    free(c->rest.data);
    free(c->unsent.data);
    free(c);
}

/* Sends at once, keeps the remainder; -1 if the client is to go. */
static int tell(struct client *c, const char *data, size_t size) {
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

static void welcome(int listener) {
    for (;;) {
        char text[64];
        int on = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (client_count == client_room) {
            client_room = client_room ? client_room * 2 : 64;
            clients = realloc(clients, (size_t)client_room * sizeof *clients);
        }
        struct client *c = calloc(1, sizeof *c);
        if (!clients || !c)
            die("malloc");
        c->fd = fd, c->number = ++numbers, c->slot = client_count;
        clients[client_count++] = c;
        watch(c, EPOLLIN, EPOLL_CTL_ADD);
        snprintf(text, sizeof text, "Welcome, guest_%d!\r\n", c->number);
        if (tell(c, text, strlen(text)) < 0) {
            leave(c);
            continue;
        }
        snprintf(text, sizeof text, "guest_%d: joined the chat\r\n", c->number);
        say(text);
    }
}

/* Reads once and adds the whole lines to the batch; -1 if the client is to go. */
static int hear(struct client *c) {
    static char buffer[LINE_LIMIT + READ_SIZE];
    char name[32];
    size_t kept = c->rest.size, name_size = (size_t)snprintf(name, sizeof name, "guest_%d: ", c->number);
    if (kept)
        memcpy(buffer, c->rest.data, kept);
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
    c->rest.size = 0;
    if (at < end) {
        if (end - at > LINE_LIMIT)
            return -1;
        append(&c->rest, at, (size_t)(end - at));
    }
    return 0;
}

/* One send() for each client; those who go meanwhile are told of in a batch of their own. */
static void tell_everyone(void) {
    static struct bytes said;
    while (batch.size) {
        struct bytes empty = said;
        said = batch;
        batch = empty, batch.size = 0;
        for (int i = client_count - 1; i >= 0; i--)
            if (tell(clients[i], said.data, said.size) < 0)
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
            int gone = 0;
            if (!c) {
                welcome(listener);
                continue;
            }
            if (events[i].events & EPOLLOUT)
                gone = flush_unsent(c);
            if (!gone && events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
                gone = hear(c);
            if (gone)
                leave(c);
        }
        tell_everyone();
    }
}
