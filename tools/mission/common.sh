# What the acts of the mission share: who acts, what came out of it, what the customer was told. Sourced by tools/run, which
# sets $csm and $data and brings fail().

step=0
bold=$(tput bold 2>/dev/null) plain=$(tput sgr0 2>/dev/null)
[ -t 1 ] || bold='' plain=''

say()
{
    step=$((step + 1))
    printf '\n%s%2d. %s%s\n' "$bold" "$step" "$1" "$plain"
}

# as USER COMMAND...: what that person does; "root" is the local administrator.
as()
{
    local user=$1
    shift
    if [ "$user" = root ]; then set -- "$csm" "$@"; else set -- "$csm" --user "$user" "$@"; fi
    "$@" || fail "this failed: $*" $?
}

# The table of a number.
table_of()
{
    case $1 in
    INC*) echo incident ;;
    PRB*) echo problem ;;
    CHG*) echo change_request ;;
    REQ*) echo sc_request ;;
    RITM*) echo sc_req_item ;;
    SCTASK*) echo sc_task ;;
    Alert*) echo em_alert ;;
    OUTAGE*) echo cmdb_ci_outage ;;
    KB*) echo kb_knowledge ;;
    *) echo sn_customerservice_case ;;
    esac
}

name_of()
{
    [ "$1" = root ] && echo "the administrator" && return
    "$csm" --csv list sys_user "user_name=$1" --fields name | sed -n '2s/\r//p'
}

# Field of a record, as people read it.
shown() # NUMBER FIELD
{
    "$csm" list "$(table_of "$1")" "number=$1" --fields "$2" | sed -n '2s/ *$//p'
}

# The field that tells how far the record of a number is.
state_of()
{
    case $1 in
    KB*) echo workflow_state ;;
    *) echo state ;;
    esac
}

# does USER "in words" COMMAND...: runs it and prints a line of the account. The record that came out is then $number.
does()
{
    local user=$1 words=$2 out
    shift 2
    out=$(as "$user" "$@") || exit $?
    number=$(head -n 1 <<<"$out" | sed -n 's/^\([A-Za-z]*[0-9]\{7,\}\) .*/\1/p')
    printf '    %-18s %-52s %s\n' "$(name_of "$user")" "$words" "${number:+$number  $(shown "$number" "$(state_of "$number")")}"
}

# One field as programs read it.
value_of() # NUMBER FIELD
{
    "$csm" --csv list "$(table_of "$1")" "number=$1" --fields "$2" | sed -n '2s/\r//p'
}

# The mails to a person about a record and what was written to him on it, oldest first.
told() # NUMBER ADDRESS-PART
{
    local about
    about=$(table_of "$1")/$(value_of "$1" sys_id)
    echo "    What the customer was told by mail:"
    "$csm" list sys_email "target=$about^recipientsLIKE$2^ORDERBYsys_created_on" --fields subject --all | sed '1d; s/^/        /'
}

# The sys_id of the newest work note of a case that holds these words, as an agent finds it.
note_of() # NUMBER WORDS
{
    "$csm" --csv -u ann.agent list sys_journal_field \
        "element_id=$(value_of "$1" sys_id)^element=work_notes^valueLIKE$2^ORDERBYDESCsys_created_on" --fields sys_id | sed -n '2s/\r//p'
}

# What happened to a case, as an agent reads it.
happened() # NUMBER
{
    echo "    The time line of the case, as the agent reads it:"
    as ann.agent case timeline "$1" | sed 's/^/        /'
}
