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

/// Items of a list, a sorted set, a hash (any of them) or what a stream's first group has not had, with the text of each where
/// that stands elsewhere. `ARGV`: first and last place, bytes, `l` to count from the end (with `s` or `S`: 20 places spread over
/// so many as stand second, beginning with the step that stands first, from the first or from the last place on), `list` or
/// `other` where it has to be one or must not, how texts are kept and six words about that (`core::queues::adapter::JobRecord`), prefix, queue. Answers for
/// each how long its text is, its beginning, its id where that is not the text, and a time beside it. Where jobs that are taken
/// stay, the first of 100 that is due and not taken.
pub const JOBS: &str = "\
local t=redis.call('TYPE',KEYS[1]).ok \
local a,b,cut,back,want=tonumber(ARGV[1]),tonumber(ARGV[2]),tonumber(ARGV[3]),ARGV[4]=='l',ARGV[5] \
local places \
if ARGV[4]=='s' or ARGV[4]=='S' then \
places={} \
for i=0,19 do local n=math.floor((a+i)*0.6180339887498949%1*b) places[i+1]=ARGV[4]=='s' and n or -1-n end \
a,b=0,19 end \
local how,key,entry,taken,p,q=ARGV[6],ARGV[7],ARGV[8],ARGV[9],ARGV[12],ARGV[13] or '' \
if (want=='list' and t~='list') or (want=='other' and t=='list') then return {} end \
local ids,at,o,c={},{},{},b-a+1 \
local known={} \
local function name(s,id) \
if not known[s] then \
local b,e=string.find(s,'{id}',1,true) \
local function put(t) return (string.gsub(t,'{(%a+)}',{p=p,q=q,w=q,k=KEYS[1]})) end \
known[s]={put(string.sub(s,1,(b or #s+1)-1)),e and put(string.sub(s,e+1)) or '',e and true} end \
local k=known[s] \
return k[3] and k[1]..id..k[2] or k[1] end \
if places and t=='list' then \
for _,n in ipairs(places) do ids[#ids+1]=redis.call('LINDEX',KEYS[1],n) or nil end \
elseif places and t=='zset' then \
for _,n in ipairs(places) do local r=redis.call('ZRANGE',KEYS[1],n,n,'WITHSCORES') ids[#ids+1]=r[1] at[#ids]=r[2] end \
elseif t=='list' then \
local r=back and redis.call('LRANGE',KEYS[1],-1-b,-1-a) or redis.call('LRANGE',KEYS[1],a,b) \
for i,v in ipairs(r) do ids[back and #r+1-i or i]=v end \
elseif t=='zset' then \
if taken~='' and want~='any' then a,b=0,99 end \
local r=redis.call(back and 'ZREVRANGE' or 'ZRANGE',KEYS[1],a,b,'WITHSCORES') \
for i=1,#r,2 do ids[#ids+1]=r[i] at[#ids]=r[i+1] end \
elseif t=='hash' then \
local r=redis.pcall('HRANDFIELD',KEYS[1],c,'WITHVALUES') \
if r.err then r=redis.call('HSCAN',KEYS[1],0,'COUNT',c)[2] end \
for i=2,#r,2 do if #ids<c then ids[#ids+1]=r[i] end end \
how='i' \
elseif t=='stream' then \
if places then a=math.abs(places[1]) b=a+19 end \
local from,n='-',redis.call('XLEN',KEYS[1]) \
local g=redis.call('XINFO','GROUPS',KEYS[1])[1] or {} \
for i=1,#g,2 do \
if g[i]=='last-delivered-id' then \
local m,s=string.match(g[i+1],'(%d+)-(%d+)') from=m..'-'..string.format('%.0f',s+1) \
elseif g[i]=='lag' and g[i+1] then n=g[i+1] end end \
local function ms(e) return tonumber(string.match(e[1],'^%d+')) end \
local r \
if a>0 and n>0 then \
local f,l=redis.call('XRANGE',KEYS[1],from,'+','COUNT',1),redis.call('XREVRANGE',KEYS[1],'+',from,'COUNT',1) \
if f[1] and l[1] then \
local s=math.min(a/n,1) if back then s=1-s end \
r=redis.call('XRANGE',KEYS[1],string.format('%.0f',ms(f[1])+(ms(l[1])-ms(f[1]))*s),'+','COUNT',c) end end \
if not r then \
r=back and redis.call('XREVRANGE',KEYS[1],'+',from,'COUNT',c) or redis.call('XRANGE',KEYS[1],from,'+','COUNT',c) end \
for _,e in ipairs(r) do \
for j=1,#e[2],2 do if e[2][j]==entry then ids[#ids+1]=e[2][j+1] at[#ids]=string.format('%.0f',ms(e)) break end end end \
end \
local now \
for i,id in ipairs(ids) do \
local free=taken=='' or redis.call('EXISTS',name(taken,id))==0 \
if taken~='' and want~='any' then \
if not now then local T=redis.call('TIME') now=T[1]*1000+T[2]/1000 end \
if tonumber(at[i])>now then break end end \
if free then \
local n,v,w,x=#id,id,'',at[i] or '' \
if how=='f' then v=redis.pcall('HGET',name(key,id),id) w=id \
elseif how=='t' then local k=name(key,id) n=redis.pcall('STRLEN',k) v=redis.pcall('GETRANGE',k,0,cut-1) w=id \
elseif how=='h' then local r=redis.pcall('HMGET',name(key,id),ARGV[10],ARGV[11]) v=r[1] x=r[2] or x w=id end \
if type(v)~='string' then v='' end \
if how~='t' or type(n)~='number' then n=#v end \
o[#o+1]={n,string.sub(v,1,cut),w,x} \
if taken~='' and want~='any' then break end end end \
return o";

/// `ARGV`: two fields of a job's hash, the field with its payload, bytes. Answers the two, the beginning of the payload (nothing
/// of one beyond 64 KiB) and how long it is.
pub const JOB_FIELDS: &str = "\
local r=redis.call('HMGET',KEYS[1],ARGV[1],ARGV[2]) \
local n=redis.call('HSTRLEN',KEYS[1],ARGV[3]) \
local v=n<=65536 and redis.call('HGET',KEYS[1],ARGV[3]) or '' \
r[3]=string.sub(v,1,tonumber(ARGV[4])) \
r[4]=n \
return r";

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

/// Twenty items of a list, spread over some places. `ARGV`: the first step, over how many places, bytes, `s` from the first
/// place on or `S` from the last. Answers as the others.
pub const SPREAD_LIST: &str = "\
local o={} \
for i=0,19 do \
local n=math.floor((ARGV[1]+i)*0.6180339887498949%1*ARGV[2]) \
local v=redis.call('LINDEX',KEYS[1],ARGV[4]=='s' and n or -1-n) \
if v then o[#o+1]={#v,string.sub(v,1,tonumber(ARGV[3]))} end \
end \
return o";

/// The same of a sorted set by its scores.
pub const SPREAD_ZSET: &str = "\
local o={} \
for i=0,19 do \
local n=math.floor((ARGV[1]+i)*0.6180339887498949%1*ARGV[2]) \
if ARGV[4]=='S' then n=-1-n end \
local v=redis.call('ZRANGE',KEYS[1],n,n)[1] \
if v then o[#o+1]={#v,string.sub(v,1,tonumber(ARGV[3]))} end \
end \
return o";
