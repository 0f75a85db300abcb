/* Everything a plugin includes: all stable headers and the calls as plain functions, each of which resolves through the context. */
#ifndef CSM_CSM_H
#define CSM_CSM_H

#include <csm/caller_calls.h>
#include <csm/change_calls.h>
#include <csm/job_calls.h>
#include <csm/plugin.h>
#include <csm/query_calls.h>
#include <csm/record_calls.h>
#include <csm/rpc_calls.h>

#endif
