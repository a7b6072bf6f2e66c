//! Scripts that read, run on the server so that bodies of entries stay there.
//!
//! They work from Redis 5.0 on (`EVAL`; `EVAL_RO` from 7.0) and write nothing. Invariant: each is bounded by its
//! arguments, and takes ids as text, since Lua's numbers lose what is beyond 2^53.

/// Takes the bodies of the first and last entry out of XINFO STREAM before they cross the network.
pub const LEAN_XINFO_STREAM: &str = "\
local r=redis.call('XINFO','STREAM',KEYS[1]) \
for i=1,#r,2 do \
if (r[i]=='first-entry' or r[i]=='last-entry') and r[i+1] then r[i+1]=r[i+1][1] end \
end \
return r";

/// `ARGV`: group, cap. Answers cursor, entries after it (one more than the cap at most), the first of them or
/// nil; an empty array when there is no such group.
pub const COUNT_UNDELIVERED: &str = "\
for _,g in ipairs(redis.call('XINFO','GROUPS',KEYS[1])) do \
local m={} \
for i=1,#g,2 do m[g[i]]=g[i+1] end \
if m['name']==ARGV[1] then \
local c=m['last-delivered-id'] \
local r=redis.call('XRANGE',KEYS[1],c,'+','COUNT',tonumber(ARGV[2])+2) \
local n,at=#r,1 \
if r[1] and r[1][1]==c then n=n-1 at=2 end \
return {c,n,r[at] and r[at][1]} \
end \
end \
return {}";

/// `ARGV`: group, rows, least time since the delivery in milliseconds. Answers how many of the group's first
/// pending rows were looked up in the stream, and the ids of those that are not in it any more.
pub const MISSING_ENTRIES: &str = "\
local n,r=0,{} \
for _,row in ipairs(redis.call('XPENDING',KEYS[1],ARGV[1],'-','+',ARGV[2])) do \
if row[3]>=tonumber(ARGV[3]) then \
n=n+1 \
if #redis.call('XRANGE',KEYS[1],row[1],row[1],'COUNT',1)==0 then r[#r+1]=row[1] end \
end \
end \
return {n,r}";

/// `KEYS`: any number. Answers type, time to live and bytes of each, nil for the bytes of one that is not there.
pub const MEASURE_KEYS: &str = "\
local call,r=redis.call,{} \
for i=1,#KEYS do \
local k,at=KEYS[i],3*i \
r[at-2]=call('TYPE',k)['ok'] \
r[at-1]=call('PTTL',k) \
r[at]=call('MEMORY','USAGE',k) \
end \
return r";

/// Members of a sorted set and its lowest score, nil when it is empty.
pub const LAYER_BACKLOG: &str = "\
local r=redis.call('ZRANGE',KEYS[1],0,0,'WITHSCORES') \
return {redis.call('ZCARD',KEYS[1]),r[2] or false}";

/// `ARGV`: first and last place, bytes. Answers for each item of a list how long it is, and its beginning.
pub const FIRST_OF_LIST: &str = "\
local r=redis.call('LRANGE',KEYS[1],ARGV[1],ARGV[2]) \
local o={} \
for i,v in ipairs(r) do o[i]={#v,string.sub(v,1,tonumber(ARGV[3]))} end \
return o";

/// The same, counted from the end.
pub const LAST_OF_LIST: &str = "\
local r=redis.call('LRANGE',KEYS[1],-1-ARGV[2],-1-ARGV[1]) \
local o={} \
for i,v in ipairs(r) do o[#r+1-i]={#v,string.sub(v,1,tonumber(ARGV[3]))} end \
return o";

/// The same of a sorted set by its scores.
pub const FIRST_OF_ZSET: &str = "\
local r=redis.call('ZRANGE',KEYS[1],ARGV[1],ARGV[2]) \
local o={} \
for i,v in ipairs(r) do o[i]={#v,string.sub(v,1,tonumber(ARGV[3]))} end \
return o";

/// The same, counted from the highest score.
pub const LAST_OF_ZSET: &str = "\
local r=redis.call('ZREVRANGE',KEYS[1],ARGV[1],ARGV[2]) \
local o={} \
for i,v in ipairs(r) do o[i]={#v,string.sub(v,1,tonumber(ARGV[3]))} end \
return o";
