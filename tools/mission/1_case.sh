# Customer Service: one case from opening to closing. Leaves nothing for the other acts.

say "The administrator loads customer accounts from a file, once: config/demo/accounts.csv"
as root import config/demo/accounts.csv --map config/import/accounts.json --name "demo accounts" --rejected "$data/accounts.rejected.csv"
as root list customer_account "nameSTARTSWITHHarbour^ORnameSTARTSWITHAlta^ORDERBYaccount_path" --fields number,name,account_parent,city,country

say "A customer asks, an agent answers, the customer decides"
as root update sys_properties csm.entitlement.inherit value=true >/dev/null # the group's entitlements serve its hotels
does bea "opens a case: no picture in the lobby" insert $table short_description="No picture in the lobby" \
    description="The screen in the lobby stays black since this morning."
case=$number
does ann.agent "takes it from the queue" case assign_to_me "$case"
echo "    Ann verifies what the customer is entitled to:"
as ann.agent case verify "$case" | sed -n '/^check/,$s/^/        /p'
does ann.agent "asks: which light is on at the front?" case request_info "$case" comments="Which light is on at the front of the box?"
does bea "answers: a red one, it blinks twice" update $table "$case" comments="A red one, it blinks twice."
does ann.agent "proposes to unplug the box for a minute" case propose_solution "$case" resolution_code=solved_workaround \
    close_notes="Unplug the box for a minute."
does bea "rejects: it worked for an hour" case reject_solution "$case" comments="It worked for an hour."
does ann.agent "proposes a new box, tested with reception" case propose_solution "$case" resolution_code=solved_fixed_by_support \
    close_notes="The box was replaced; the new one has been tested with reception."
does bea "accepts" case accept_solution "$case"
told "$case" bea@
as bea list $table "number=$case" --fields number,short_description,state,opened_at,resolved_at,closed_at

say "Mia Manager looks at the queue and at the counts"
as mia.manager list $table "active=true^ORDERBYpriority" --fields number,short_description,state,priority,account,consumer,assigned_to
as mia.manager count $table --by state,priority
