# Proactive Customer Service Operations: the provider knows before the customers call. Source: DOMAIN 4.16.

say "A node fails, three customers hang on it, nobody has called yet"
property() # NAME VALUE
{
    as root update sys_properties "$1" value="$2" >/dev/null
}
property csm.proactive.major_case_status accepted
for pair in "Shark Gijon Bay=gil" "Shark Malaga Beach=mar" "Coral Travel=tom"; do
    as mia.manager update customer_account "${pair%=*}" primary_contact="${pair#*=}" >/dev/null
done
feed=feed-$(date +%s) # another one each time: an alert closed a moment ago would be opened again
seen='"source": "probe", "node": "iberia-stream-1", "type": "stream", "resource": "'$feed'"'
as probe event send events:='[
    {'"$seen"', "severity": 3, "description": "Streams stutter on iberia-stream-1"},
    {'"$seen"', "severity": 1, "description": "No streams leave iberia-stream-1"}]' >/dev/null
alert=$(as nora.noc --csv list em_alert "resource=$feed" --fields number | sed -n '2s/\r//p')
echo "    The monitoring sent two events; they are one alert: $alert"
does nora.noc "looks at the alert" alert acknowledge "$alert"
does nora.noc "raises it to technical support" alert create_incident "$alert"
incident=$number
settled()
{
    local tries=100
    until [ "$(as root --csv count "$1" "$2" | sed -n '2s/\r//p')" = "$3" ]; do
        [ $((tries -= 1)) -gt 0 ] || fail "this did not come: $1 $2"
        sleep 0.1
    done
}
affected=sn_install_base_m2m_affected_install_base
settled $affected "alert.number=$alert" 3
echo "    It affects:"
as nora.noc alert affected "$alert" | sed 's/^/        /'
does nora.noc "opens the proactive case" alert create_case "$alert"
major=$number
settled $table "parent.number=$major" 3
echo "    Three accounts are affected, so it is a major case, with a case for each of them:"
as mia.manager list $table "parent.number=$major^ORDERBYnumber" --fields number,account,contact,state | sed 's/^/        /'
does mia.manager "tells the outage to all of them" case create_outage "$major" \
    message="Films do not start in Spain and Portugal. We are on it."
box=$(as gil --csv list sn_install_base_item "name=Box reception Gijon Bay" --fields number | sed -n '2s/\r//p')
echo "    What Gil sees of his box: $(as gil list sn_install_base_item "number=$box" --fields name,health_status | sed -n '2s/ *$//p')"
does tim.tech "works on the incident" incident start "$incident" assigned_to=tim.tech
does tim.tech "restores the node" incident resolve "$incident" close_code="Solution provided" close_notes="A power supply was replaced."
as probe event send events:='[{'"$seen"', "severity": 0}]' >/dev/null
echo "    The monitoring sees it cleared: $alert is $(as nora.noc list em_alert "number=$alert" --fields state | sed -n '2s/ *$//p')"
for case in $(as mia.manager --csv list $table "parent.number=$major^ORDERBYnumber" --fields number | sed '1d; s/\r//'); do
    does mia.manager "takes $case" case assign_to_me "$case"
    does mia.manager "proposes the solution" case propose_solution "$case" resolution_code=closed_inc close_notes="Films start again."
    case $(shown "$case" account) in *Gijon*) who=gil ;; *Malaga*) who=mar ;; *) who=tom ;; esac
    does $who "accepts" case accept_solution "$case"
    told "$case" "$who@"
done
does mia.manager "closes the major case" case close_case "$major" resolution_code=closed_inc close_notes="All customers accepted."
