# Customer Service with Service Management, workflow C: a change, with the customer's word. Source: DOMAIN 4.5.

say "Workflow C: a case needs a change, which the customer approves first"
does gil "opens a case: move the boxes to the new network" insert $table short_description="Move our boxes to the new network" category=3
case=$number
does ann.agent "takes it" case assign_to_me "$case"
does ann.agent "asks for approval: half an hour without picture" case request_approval "$case" \
    comments="We would move the boxes on Sunday night; no picture for half an hour. Do you agree?"
asked=$(as gil --csv list sysapproval_approver state=requested --fields sys_id | sed -n '2s/\r//p')
does gil "approves on the portal" approval approve "$asked"
echo "    The case's approval now reads: $(shown "$case" approval)"
does ann.agent "raises the change, the window agreed with Tess" case create_change "$case" \
    start_date=2026-01-04T22:00:00Z end_date=2026-01-04T23:00:00Z assigned_to=tess.tech assignment_group="Technical Support"
change=$number
does tess.tech "confirms the dates" change confirm_dates "$change"
does tess.tech "has it assessed" change assess "$change"
does tess.tech "has it authorized" change authorize "$change"
does tess.tech "has it scheduled" change schedule "$change"
does tess.tech "carries it out" change implement "$change"
does tess.tech "reviews it" change review "$change"
does tess.tech "closes it: done" change close "$change" close_code=successful close_notes="All boxes are in the new network."
does ann.agent "proposes the solution" case propose_solution "$case" resolution_code=closed_chg close_notes="All boxes are moved."
does gil "accepts" case accept_solution "$case"
told "$case" gil@
