#define _GNU_SOURCE
#include "base.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void make_printable(char *text) {
    for (char *c = text; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < 32 || (unsigned char)*c > 126)
            *c = '.';
}

void fail(const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    make_printable(text);
    printf("{\"error\": \"%s\"}\n", text);
    fflush(stdout);
    exit(1);
}

void *allocate(size_t count, size_t size) {
    void *made = calloc(count ? count : 1, size);
    if (!made)
        fail("out of memory");
    return made;
}

void append(struct bytes *to, const void *data, size_t size) {
    if (to->size + size > to->capacity) {
        to->capacity = (to->size + size) * 2;
        to->data = realloc(to->data, to->capacity);
        if (!to->data)
            fail("out of memory");
    }
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

void add_text(struct bytes *to, const char *text) { append(to, text, strlen(text)); }

bool starts_with(const char *data, size_t size, const char *with) {
    size_t length = strlen(with);
    return size >= length && memcmp(data, with, length) == 0;
}

void add_frame(struct bytes *to, int opcode, const char *data, size_t size) {
    static const unsigned char mask[4] = {0x5a, 0x17, 0xc3, 0x2e};
    unsigned char head[4] = {(unsigned char)(0x80 | opcode), (unsigned char)(0x80 | size)};
    char body[1024];
    size_t head_size = 2;
    if (size > sizeof body)
        fail("a frame of %zu bytes is too long", size);
    if (size > 125) {
        head[1] = 0x80 | 126, head[2] = (unsigned char)(size >> 8), head[3] = (unsigned char)size;
        head_size = 4;
    }
    for (size_t i = 0; i < size; i++)
        body[i] = (char)((unsigned char)data[i] ^ mask[i & 3]);
    append(to, head, head_size);
    append(to, mask, sizeof mask);
    append(to, body, size);
}

struct frame read_frame(const char *data, size_t size) {
    const unsigned char *head = (const unsigned char *)data;
    struct frame found = {0};
    if (size < 2)
        return found;
    if (head[1] & 0x80)
        fail("a masked frame from the server");
    size_t extended = head[1] == 126 ? 2 : head[1] == 127 ? 8 : 0;
    if (size < 2 + extended)
        return found;
    found.length = extended ? 0 : head[1];
    for (size_t i = 0; i < extended; i++)
        found.length = found.length << 8 | head[2 + i];
    if (size - 2 - extended < found.length)
        return found;
    found.opcode = head[0] & 0x0f;
    found.payload = data + 2 + extended;
    found.size = 2 + extended + found.length;
    return found;
}

int connect_to(int port, int receive_buffer) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (receive_buffer)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

void raise_file_limit(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}
