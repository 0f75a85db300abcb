/* The yardstick: a libuv server that writes back what it reads, with one write per read and nothing in between. */
#include "bench.h"

#include <uv.h>

#include <stdlib.h>

#define ROOM 65536u

typedef struct peer {
    uv_tcp_t tcp; /* first */
    char room[ROOM];
} peer;

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    peer *p = (peer *)(void *)handle;

    (void)wanted;
    *buf = uv_buf_init(p->room, ROOM);
}

/* What the socket does not take at once would need a queue; the bench never has that much under way. */
static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    uv_buf_t out = uv_buf_init(buf->base, len > 0 ? (unsigned)len : 0);

    if (len > 0 && uv_try_write(stream, &out, 1) == len)
        return;
    if (len != 0)
        uv_close((uv_handle_t *)stream, on_closed);
}

static void on_connection(uv_stream_t *server, int status)
{
    peer *p = status == 0 ? calloc(1, sizeof(*p)) : NULL;

    if (p == NULL || uv_tcp_init(server->loop, &p->tcp) != 0) {
        free(p);
        return;
    }
    if (uv_accept(server, (uv_stream_t *)&p->tcp) != 0 || uv_tcp_nodelay(&p->tcp, 1) != 0 ||
        uv_read_start((uv_stream_t *)&p->tcp, give_room, on_read) != 0)
        uv_close((uv_handle_t *)&p->tcp, on_closed);
}

int echo_run(void *port)
{
    struct sockaddr_in at;
    uv_tcp_t server;
    uv_loop_t loop;

    if (uv_loop_init(&loop) != 0 || uv_tcp_init(&loop, &server) != 0 ||
        uv_ip4_addr("127.0.0.1", *(const uint16_t *)port, &at) != 0 ||
        uv_tcp_bind(&server, (const struct sockaddr *)&at, 0) != 0 ||
        uv_listen((uv_stream_t *)&server, 128, on_connection) != 0)
        return 1;
    return uv_run(&loop, UV_RUN_DEFAULT);
}
