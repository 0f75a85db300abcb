# Reads preprocessed headers, writes a C program that prints the size of every struct csm_... and offset and size of each member.

# Declarations of one body, each ended by ";" outside of braces.
function members(tag, body,    n, c, depth, decl) {
    depth = 0
    decl = ""
    for (n = 1; n <= length(body); n++) {
        c = substr(body, n, 1)
        if (c == "{")
            depth++
        if (c == "}")
            depth--
        if (c == ";" && depth == 0) {
            member(tag, decl)
            decl = ""
        } else
            decl = decl c
    }
}

function member(tag, decl,    inner, names, n, count) {
    if (decl ~ /\{/) { # a struct or union in it: named, or its members are ours
        inner = decl
        sub(/^[^{]*\{/, "", inner)
        sub(/\}[^}]*$/, "", inner)
        sub(/^.*\}/, "", decl)
        if (decl !~ /[a-z]/) {
            members(tag, inner)
            return
        }
    } else if (decl ~ /\( *\*/) { # a function
        sub(/^[^(]*\( *\* */, "", decl)
        sub(/[^a-zA-Z0-9_].*$/, "", decl)
    }
    gsub(/\[[^]]*\]/, "", decl)
    count = split(decl, names, ",")
    for (n = 1; n <= count; n++) {
        gsub(/^.*[^a-zA-Z0-9_]|[ \t]+$/, "", names[n])
        printf "    show(\"%s.%s\", offsetof(struct %s, %s), sizeof(((struct %s *)0)->%s));\n", tag, names[n], tag, names[n], tag,
               names[n]
    }
}

{ text = text $0 "\n" }

END {
    gsub(/[ \t\n]+/, " ", text)
    print "#include <stdio.h>"
    while ((header = headers()) != "")
        print "#include <csm/" header ">"
    print "static void show(const char *name, size_t at, size_t size) { printf(\"%s %zu %zu\\n\", name, at, size); }"
    print "int main(void)\n{"
    print "    printf(\"abi %d.%d\\n\", CSM_ABI_MAJOR, CSM_ABI_MINOR);"
    while (match(text, /struct csm_[a-z_]+ \{/)) {
        tag = substr(text, RSTART + 7, RLENGTH - 9)
        text = substr(text, RSTART + RLENGTH)
        depth = 1
        for (n = 1; depth > 0; n++) {
            c = substr(text, n, 1)
            depth += (c == "{") - (c == "}")
        }
        printf "    printf(\"%s %%zu\\n\", sizeof(struct %s));\n", tag, tag
        members(tag, substr(text, 1, n - 2))
        text = substr(text, n)
    }
    print "    return 0;\n}"
}

function headers(    name) {
    name = list
    sub(/ .*$/, "", name)
    sub(/^[^ ]* ?/, "", list)
    return name
}
