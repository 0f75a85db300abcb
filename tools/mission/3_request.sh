# Customer Service with Request Management, workflow B: a customer orders, groups deliver. Source: DOMAIN 4.3.

# The task of an item that is open now; "" when none is.
open_task() # ITEM-NUMBER
{
    as tim.tech --csv list sc_task "request_item.number=$1^stateIN1,2^ORDERBYorder" --fields number | sed -n '2s/\r//p'
}

# Whoever of technical support is at work completes the task that is open.
deliver() # ITEM-NUMBER
{
    local task
    task=$(open_task "$1")
    does wes.ware "$(shown "$task" short_description | head -c 45)" catalog_task start "$task"
    does wes.ware "... done" catalog_task complete "$task"
}

say "Workflow B: an order on the portal makes its case"
does sol "orders a new set-top box" request submit item="Replace set-top box" variables='{"room":"Lobby"}'
item=$(as root --csv list sc_req_item "ORDERBYDESCnumber" --fields number | sed -n '2s/\r//p')
case=$(as root --csv list $table "initiated_as_request=true^ORDERBYDESCnumber" --fields number | sed -n '2s/\r//p')
does ann.agent "takes the case that came of it" case assign_to_me "$case"
echo "    Its tasks, each with its group:"
as tim.tech list sc_task "request_item.number=$item^ORDERBYorder" --fields number,short_description,state,assignment_group
deliver "$item"
deliver "$item"
deliver "$item"
echo "    The item now reads: $(shown "$item" state); the case: $(shown "$case" state)"
does ann.agent "proposes the solution" case propose_solution "$case" resolution_code=request_complete \
    close_notes="The new box is in the lobby."
does sol "rejects: there is no sound" case reject_solution "$case" comments="There is no sound."
does ann.agent "has the item taken up again" request_item reopen "$item" work_notes="The customer hears nothing."
deliver "$item"
does ann.agent "proposes again" case propose_solution "$case" resolution_code=request_complete close_notes="Sound is on now."
does sol "accepts" case accept_solution "$case"
told "$case" sol@

say "Something that costs more is approved first"
does gil "orders an extra screen" request submit item="Extra screen"
item=$(as root --csv list sc_req_item "ORDERBYDESCnumber" --fields number | sed -n '2s/\r//p')
echo "    What Gil reads of it: $(as gil list sc_req_item "number=$item" --fields state | sed -n '2s/ *$//p')"
asked=$(as ada.accounts --csv list sysapproval_approver state=requested --fields sys_id | sed -n '2s/\r//p')
does ada.accounts "approves" approval approve "$asked" comments="Covered by the contract."
echo "    What Gil reads of it: $(as gil list sc_req_item "number=$item" --fields state | sed -n '2s/ *$//p')"
