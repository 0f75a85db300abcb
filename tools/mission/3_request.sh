# Customer Service with Request Management, workflow B: an order from the portal, delivered by three teams. Source: DOMAIN 4.3.

say "Workflow B: a customer orders on the portal; three teams deliver"
made=$(as bea --json request submit item="Replace set-top box" variables:='{"room": "Lobby"}') || exit $?
numbers=$(sed -n 's/^ *"number": "\([A-Z0-9]*\)",*$/\1/p' <<<"$made")
case=$(grep '^CS' <<<"$numbers") request=$(grep '^REQ' <<<"$numbers") item=$(grep '^RITM' <<<"$numbers")
printf '    %-18s %-52s %s\n' "Bea Bahia" "orders: replace the set-top box in the lobby" "$case  $request  $item"
does ann.agent "takes the case" case assign_to_me "$case"
echo "    The case now reads: $(shown "$case" action_status); the plan made these tasks:"
as wes.ware list sc_task "request_item.number=$item^ORDERBYorder" --fields number,short_description,assignment_group,state | sed 's/^/        /'
deliver() # the tasks that are open, one after another
{
    local task
    for task in $(as wes.ware --csv list sc_task "request_item.number=$item^state=1^ORDERBYnumber" --fields number | sed '1d; s/\r//'); do
        does wes.ware "does: $(shown "$task" short_description)" catalog_task complete "$task"
    done
}
deliver
deliver
echo "    The item is now $(shown "$item" state), the request $(shown "$request" state), the case $(shown "$case" state) and reads: $(shown "$case" action_status)"
does ann.agent "proposes: the box is there" case propose_solution "$case" resolution_code=request_complete close_notes="The new box is in the lobby."
does bea "rejects: it is the wrong model" case reject_solution "$case" comments="It is the old model again."
does ann.agent "reopens the requested item" request_item reopen "$item" work_notes="Bring the new model."
deliver
does ann.agent "proposes again" case propose_solution "$case" resolution_code=request_complete close_notes="The new model is there."
does bea "accepts" case accept_solution "$case"
told "$case" bea@

say "An order that costs money waits for an approval"
made=$(as kim --json request submit item="Extra screen" quantity=2) || exit $?
numbers=$(sed -n 's/^ *"number": "\([A-Z0-9]*\)",*$/\1/p' <<<"$made")
case=$(grep '^CS' <<<"$numbers") item=$(grep '^RITM' <<<"$numbers")
printf '    %-18s %-52s %s\n' "Kim Costa" "orders two extra screens, $(shown "$item" price)" "$case  $item"
asked=$(as ada.accounts --csv list sysapproval_approver "state=requested^approver.user_name=ada.accounts" --fields sys_id | sed -n '2s/\r//p')
does ada.accounts "approves" approval approve "$asked" comments="Within the contract."
does ann.agent "takes the case" case assign_to_me "$case"
does ann.agent "delivers: the screens are switched on" request_item complete "$item"
does ann.agent "proposes the solution" case propose_solution "$case" resolution_code=request_complete close_notes="Two more screens are on."
does kim "accepts" case accept_solution "$case"
told "$case" kim@
