# Customer Service with Service Management, workflow A: technical support solves it. Source: DOMAIN 4.2.

say "Workflow A: a case becomes an incident"
does mar "opens a case: films stop after ten minutes" insert $table short_description="Films stop after ten minutes" product="Tide Box"
case=$number
does ann.agent "takes it" case assign_to_me "$case"
does ann.agent "raises it to technical support" case create_incident "$case"
incident=$number
echo "    The case now reads: $(shown "$case" action_status)"
does tim.tech "works on the incident" incident start "$incident" assigned_to=tim.tech
does tim.tech "waits for the supplier" incident hold "$incident" hold_reason=4
does ann.agent "relays to the customer what the note says" case relay "$case" note="$(note_of "$case" "On Hold")" \
    comments="we wait for our supplier and will tell you tomorrow."
does tim.tech "goes on" incident start "$incident"
does tim.tech "resolves it: the cache was full" incident resolve "$incident" close_code="Solution provided" \
    close_notes="The cache of the streaming edge was full; it is emptied daily now."
echo "    The case now reads: $(shown "$case" action_status)"
does ann.agent "proposes the solution to the customer" case propose_solution "$case" resolution_code=closed_inc \
    close_notes="Films run through again; we have changed our daily upkeep."
does mar "rejects: it stopped again tonight" case reject_solution "$case" comments="It stopped again tonight."
does ann.agent "reopens the incident" case reopen_incident "$case" work_notes="The customer still sees it in the evening."
does tim.tech "resolves it for good" incident resolve "$incident" close_code="Solution provided" \
    close_notes="The evening job that filled the cache is gone."
does ann.agent "proposes again" case propose_solution "$case" resolution_code=closed_inc close_notes="The cause is removed."
does mar "accepts" case accept_solution "$case"
told "$case" mar@
happened "$case"
