# Runs the demo's server and ends it when we are gone, however we went.
#
# $1 is the private folder, the rest is the server's command line. Standard input is a pipe that only
# streamgauge holds open: its end means that streamgauge has stopped, crashed or been killed.
# Must be the leader of a process group of its own: the last line kills that whole group.
folder=$1
shift
# Caught until the server is started, and ignored from then on: what is ignored, the server would ignore too.
trap : HUP INT TERM
("$@" >>"$folder/server.log" 2>&1; echo $? >"$folder/ended") </dev/null &
trap '' HUP INT TERM
while read -r _; do :; done
rm -rf -- "$folder" 2>/dev/null
kill -s KILL 0
