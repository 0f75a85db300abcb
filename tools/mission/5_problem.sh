# Customer Service with Service Management, workflow D: several incidents, one cause. Source: DOMAIN 4.6.

say "Workflow D: two customers, two incidents, one problem behind them"
does noa "opens a case: subtitles are missing" insert $table short_description="Subtitles are missing"
case=$number
does kim "opens a case: subtitles in the wrong language" insert $table short_description="Subtitles in the wrong language"
other=$number
for each in "$case" "$other"; do
    does ann.agent "takes it" case assign_to_me "$each"
    does ann.agent "raises it to technical support" case create_incident "$each"
done
incident=$(shown "$case" incident)
second=$(shown "$other" incident)
does tim.tech "resolves the first by a workaround" incident start "$incident" assigned_to=tim.tech
does tim.tech "  subtitles are loaded by hand" incident resolve "$incident" close_code="Workaround provided" \
    close_notes="Subtitles of this week are loaded by hand."
does tim.tech "raises a problem from it" incident create_problem "$incident"
problem=$number
does tim.tech "finds the second incident has the same cause" incident associate_problem "$second" problem="$problem"
does tim.tech "takes the problem" problem assess "$problem" assigned_to=tim.tech
does tim.tech "looks for the cause" problem confirm "$problem"
does tim.tech "tells all who wait of the workaround" update problem "$problem" workaround="Subtitles can be loaded by hand on request."
does tim.tech "  (communicated)" problem communicate_workaround "$problem"
does ann.agent "writes an article on it" insert kb_knowledge short_description="Subtitles by hand" \
    text="Send us the title; we load its subtitles within the hour." kb_knowledge_base=Help
article=$number
does ann.agent "publishes it" knowledge publish "$article"
does tim.tech "ties it to the problem as known error" problem tie_known_error "$problem" article="$article"
about=$(value_of "$case" sys_id)
does ann.agent "attaches it to the first case" knowledge attach "$article" task="$about"
link=$("$csm" --csv -u ann.agent list m2m_kb_task "task=$about" --fields sys_id | sed -n '2s/\r//p')
does ann.agent "and tells its customer" knowledge post "$link"
echo "    What Noa, who opened the first case, finds:"
as noa list kb_knowledge "is_known_error=true" --fields number,short_description,text | sed 's/^/        /'
does tim.tech "finds it: a renamed folder" problem fix "$problem" cause_notes="The supplier renamed the subtitle folder."
does tim.tech "fixes it" problem resolve "$problem" resolution_code=fix_applied fix_notes="The folder is found by its id."
does tim.tech "closes it" problem close "$problem"
echo "    What Ann reads in the work notes of the other case:"
as ann.agent get $table "$other" work_notes | sed 's/^/        /'
for each in "$case" "$other"; do
    does ann.agent "proposes the solution" case propose_solution "$each" resolution_code=closed_prb close_notes="Subtitles are right again."
done
does noa "accepts" case accept_solution "$case"
does kim "accepts" case accept_solution "$other"
told "$case" noa@
told "$other" kim@
