/* Requests under way, by message id: a table indexed by the id's low bits. Ids count up; one whose slot is still taken
 * is passed over, so a request that is never answered costs its slot and nothing else. */
#include "client_int.h"

#include "base/mem.h"

#define SLOTS_MIN 16u

static bool slots_grow(csm_client *client)
{
    uint32_t count = client->slot_count == 0 ? SLOTS_MIN : client->slot_count * 2;
    pending **slots = csm_mem_array(count, sizeof(*slots));

    if (slots == NULL)
        return false;
    /* Ids that differ in the fewer low bits differ in the more. */
    for (uint32_t i = 0; i < client->slot_count; i++)
        if (client->slots[i] != NULL)
            slots[client->slots[i]->msgid & (count - 1)] = client->slots[i];
    csm_mem_free(client->slots);
    client->slots = slots;
    client->slot_count = count;
    return true;
}

csm_status pending_add(csm_client *client, uint32_t *out_msgid, csm_error *err)
{
    pending *p;

    if (client->pending_count >= PENDING_MAX)
        return csm_error_set(err, CSM_E_LIMIT, "%u requests are under way: receive or forget some", PENDING_MAX);
    if (client->pending_count >= client->slot_count / 2 && !slots_grow(client))
        return csm_error_nomem(err);
    if ((p = csm_mem_zalloc(sizeof(*p))) == NULL)
        return csm_error_nomem(err);
    while (client->slots[client->next_msgid & (client->slot_count - 1)] != NULL)
        client->next_msgid++;
    p->msgid = client->next_msgid++;
    client->slots[p->msgid & (client->slot_count - 1)] = p;
    client->pending_count++;
    client->waiting_count++;
    *out_msgid = p->msgid;
    return CSM_OK;
}

pending *pending_find(const csm_client *client, uint32_t msgid)
{
    pending *p = client->slot_count > 0 ? client->slots[msgid & (client->slot_count - 1)] : NULL;

    return p != NULL && p->msgid == msgid ? p : NULL;
}

void pending_del(csm_client *client, pending *p)
{
    client->slots[p->msgid & (client->slot_count - 1)] = NULL;
    client->pending_count--;
    if (p->state == PENDING_WAITING)
        client->waiting_count--;
    if (p->state == PENDING_DONE) {
        TAILQ_REMOVE(&client->done, p, done);
        client->done_bytes -= p->len;
    }
    csm_mem_free(p->bytes);
    csm_mem_free(p);
}

void pending_done(csm_client *client, pending *p, uint8_t *bytes, size_t len)
{
    p->state = PENDING_DONE;
    p->bytes = bytes;
    p->len = len;
    client->waiting_count--;
    client->done_bytes += len;
    TAILQ_INSERT_TAIL(&client->done, p, done);
}

void pending_forget(csm_client *client, pending *p)
{
    if (p->state == PENDING_DONE || client->fd < 0) {
        pending_del(client, p);
    } else if (p->state == PENDING_WAITING) {
        p->state = PENDING_FORGOTTEN;
        client->waiting_count--;
    }
}

void pending_free_all(csm_client *client)
{
    for (uint32_t i = 0; i < client->slot_count; i++)
        if (client->slots[i] != NULL)
            pending_del(client, client->slots[i]);
    csm_mem_free(client->slots);
    client->slots = NULL;
    client->slot_count = 0;
}
