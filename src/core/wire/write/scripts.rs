//! Scripts that write: each sees for itself, in the moment in which it acts, that what was planned still holds.
//!
//! They work from Redis 5.0 on, name every key in `KEYS`, and compare ids as text, since Lua's numbers lose what is
//! beyond 2^53. Invariant: one call is bounded by its arguments, and nothing of it is harmful when it is repeated.

/// `ARGV`: id, `nodes`, `all` or `counted`, limit, `safe` or nothing, the id before the first, the last id and the
/// entries added of the stream that was planned for (each may be empty), how many rows are looked at for one whose
/// entry is still there.
/// (Ids as text: the longer is the greater, for the server prints none with leading zeros.)
pub const TRIM: &str = "\
local function add1(s) \
local c,out=1,{} \
for i=#s,1,-1 do local d=string.byte(s,i)-48+c if d==10 then d=0 c=1 else c=0 end out[#s-i+1]=string.char(48+d) end \
local r=string.reverse(table.concat(out)) if c==1 then r='1'..r end \
return r end \
local function inc(id) \
local ms,seq=string.match(id,'^(%d+)-(%d+)$') \
if seq=='18446744073709551615' then return add1(ms)..'-0' end \
return ms..'-'..add1(seq) end \
local function less(a,b) \
local am,as=string.match(a,'^(%d+)-(%d+)$') local bm,bs=string.match(b,'^(%d+)-(%d+)$') \
if #am~=#bm then return #am<#bm end \
if am~=bm then return am<bm end \
if #as~=#bs then return #as<#bs end \
return as<bs end \
local k,to=KEYS[1],ARGV[1] \
local s,x={},redis.call('XINFO','STREAM',k) \
for i=1,#x,2 do s[x[i]]=x[i+1] end \
if (ARGV[6]~='' and less(s['last-generated-id'],ARGV[6])) \
or (ARGV[7]~='' and s['entries-added'] and s['entries-added']<tonumber(ARGV[7])) then return {'REMADE'} end \
local first=s['first-entry'] and s['first-entry'][1] \
if ARGV[4]=='safe' then \
local gs=redis.call('XINFO','GROUPS',k) \
if #gs==0 then return {'NOGROUPS'} end \
for _,g in ipairs(gs) do \
local m={} for i=1,#g,2 do m[g[i]]=g[i+1] end \
local f,w=inc(m['last-delivered-id']),'undelivered' \
if m['pending']>0 and first then \
local at,left=first,tonumber(ARGV[8]) \
while at do \
local p=redis.call('XPENDING',k,m['name'],at,'+','1')[1] \
if not p or not less(p[1],to) or not less(p[1],f) then break end \
left=left-1 \
if left<1 or #redis.call('XRANGE',k,p[1],p[1])>0 then f=p[1] w='pending' break end \
at=inc(p[1]) \
end end \
if less(f,to) then return {'HELD',m['name'],w,f} end \
end end \
local n \
if ARGV[2]=='nodes' then n=redis.call('XTRIM',k,'MINID','~',to,'LIMIT',ARGV[3]) \
elseif ARGV[2]=='all' then n=redis.call('XTRIM',k,'MINID','=',to) \
else \
local r=redis.call('XRANGE',k,'-',ARGV[5],'COUNT',ARGV[3]) \
n=#r>0 and redis.call('XTRIM',k,'MAXLEN','=',redis.call('XLEN',k)-#r) or 0 \
end \
return {'TRIMMED',n,redis.call('XLEN',k)}";

/// `KEYS`: stream, and the dead letters where there are any. `ARGV`: verb, group, least idle time, argument, fields
/// and values that a copy may have, `together` where XCLAIM drops a row whose entry is gone (7.0), ids. The first error
/// ends it and is told with what was done before; last it tells how many lookups it took. Rows are read by one XPENDING
/// where they lie together, and claimed or acknowledged by one command where that is all that happens to them. Whoever rows
/// are handed over to is there where something is pending to it; only otherwise the list of all consumers is looked
/// through. XCLAIM itself takes only rows that are still pending and idle for so long, so that only rows that it did not take
/// are looked at. Copies are acknowledged together at the end, whatever ended it; the first one at once, so that a user who
/// may not acknowledge makes one copy and no more.
pub const SETTLE: &str = "\
local k,verb,g,min,arg,most=KEYS[1],ARGV[1],ARGV[2],tonumber(ARGV[3]),ARGV[4],tonumber(ARGV[5]) \
local done,gone,lost,busy,made,wide,err,looks={},{},{},{},{},{},nil,0 \
local function try(...) \
looks=looks+1 \
local r=redis.pcall(...) \
if type(r)=='table' and r['err'] then err=r['err'] return nil end \
return r end \
if verb=='hand-over' then \
looks=looks+1 \
local there=#redis.call('XPENDING',k,g,'-','+','1',arg)>0 \
if not there then looks=looks+1 for _,c in ipairs(redis.call('XINFO','CONSUMERS',k,g)) do \
for i=1,#c,2 do if c[i]=='name' and c[i+1]==arg then there=true end end \
end end \
if not there then return {'NOCONSUMER'} end \
end \
local n=#ARGV-6 \
if verb=='hand-over' and ARGV[6]=='together' then \
local words={'XCLAIM',k,g,arg,ARGV[3]} \
for i=7,#ARGV do words[#words+1]=ARGV[i] end \
words[#words+1]='JUSTID' \
local r,has=try(unpack(words)),{} \
if r then \
done=r \
if #r<n then \
for _,id in ipairs(r) do has[id]=true end \
for i=7,#ARGV do local id=ARGV[i] if not has[id] and not err then \
local p=try('XPENDING',k,g,id,id,'1') \
if p and p[1] then busy[#busy+1]=id \
elseif p then local x=try('XRANGE',k,id,id) \
if x and x[1] then lost[#lost+1]=id else gone[#gone+1]=id end end \
end end end end \
return {#done,#gone,#lost,#busy,#wide,err or '',looks} \
end \
local many=verb=='drop' or (ARGV[6]=='together' and verb=='release') \
local rows,mine,acks={},{},{} \
if n>1 then for _,p in ipairs(try('XPENDING',k,g,ARGV[7],ARGV[#ARGV],n) or {}) do rows[p[1]]=p end end \
for i=7,#ARGV do \
if err then break end \
local id=ARGV[i] \
local p=rows[id] \
if not p then \
p=try('XPENDING',k,g,id,id,'1') \
if err then break end \
p=p[1] end \
if not p then lost[#lost+1]=id \
elseif (p[3]>=0 and p[3]<min) or (verb=='release' and p[2]=='') then busy[#busy+1]=id \
elseif many then \
local to=arg if verb=='release' then to=p[2] end \
mine[to]=mine[to] or {} \
table.insert(mine[to],id) \
else \
local x=true \
if verb~='drop' then x=try('XRANGE',k,id,id) if err then break end x=x[1] end \
if not x then acks[#acks+1]=id gone[#gone+1]=id \
elseif verb=='sweep' then busy[#busy+1]=id \
elseif (verb=='requeue' or verb=='dead-letter') and #x[2]>most then wide[#wide+1]=id \
else \
local copy \
if verb=='hand-over' then try('XCLAIM',k,g,arg,'0',id,'JUSTID') \
elseif verb=='release' then try('XCLAIM',k,g,p[2],'0',id,'IDLE',arg,'JUSTID') \
elseif verb=='requeue' then copy=try('XADD',k,'*',unpack(x[2])) looks=looks-1 \
else \
copy=try('XADD',KEYS[2],'*','_key',k,'_id',id,'_group',g,'_consumer',p[2],'_deliveries',tostring(p[4]),unpack(x[2])) \
looks=looks-1 \
end \
if copy then made[#made+1]=copy \
if #made==1 then try('XACK',k,g,id) else acks[#acks+1]=id end end \
if not err then done[#done+1]=id end \
end end \
end \
if #acks>0 then \
looks=looks+1 \
local r=redis.pcall('XACK',k,g,unpack(acks)) \
if type(r)=='table' and r['err'] then gone={} err=err or r['err'] end \
end \
for to,ids in pairs(mine) do \
if err then break end \
if verb=='drop' then if try('XACK',k,g,unpack(ids)) then done=ids end \
else \
local words={'XCLAIM',k,g,to,'0',unpack(ids)} \
words[#words+1]='IDLE' words[#words+1]=arg words[#words+1]='JUSTID' \
local has={} \
for _,id in ipairs(try(unpack(words)) or {}) do done[#done+1]=id has[id]=true end \
if not err then for _,id in ipairs(ids) do \
if not has[id] and try('XACK',k,g,id) then gone[#gone+1]=id end \
end end \
end end \
return {#done,#gone,#lost,#busy,#wide,err or '',looks}";

/// `ARGV`: group, `force` or nothing, owner now, then id, old owner, time, deliveries of each row. Rows are read by one
/// XPENDING where they lie together, and those that were alike go back by one XCLAIM. Last it tells how many lookups it took.
pub const GIVE_BACK: &str = "\
local k,g,force,now=KEYS[1],ARGV[1],ARGV[2],ARGV[3] \
local done,left,rows,alike,order,looks={},{},{},{},{},1 \
local n=(#ARGV-3)/4 \
local page=redis.call('XPENDING',k,g,ARGV[4],ARGV[#ARGV-3],n) \
for _,p in ipairs(page) do rows[p[1]]=p end \
for i=4,#ARGV,4 do \
local id,owner,time,count=ARGV[i],ARGV[i+1],ARGV[i+2],ARGV[i+3] \
local p=rows[id] \
if not p then looks=looks+1 p=redis.call('XPENDING',k,g,id,id,'1')[1] end \
local fits \
if force=='force' then looks=looks+1 fits=not p and redis.call('XRANGE',k,id,id)[1] \
else fits=p and p[2]==(now=='' and owner or now) and tostring(p[4])==count end \
if fits then \
local word='TIME' if time=='' then word,time='IDLE','0' end \
local as=word..' '..time..' '..count..' '..owner \
if not alike[as] then alike[as]={{owner,word,time,count},{}} order[#order+1]=as end \
table.insert(alike[as][2],id) \
else left[#left+1]=id end \
end \
for _,as in ipairs(order) do \
local was,ids=alike[as][1],alike[as][2] \
local words={'XCLAIM',k,g,was[1],'0',unpack(ids)} \
for _,w in ipairs({was[2],was[3],'RETRYCOUNT',was[4]}) do words[#words+1]=w end \
if force=='force' then words[#words+1]='FORCE' end \
words[#words+1]='JUSTID' \
looks=looks+1 \
redis.call(unpack(words)) \
for _,id in ipairs(ids) do done[#done+1]=id end \
end \
return {done,left,looks}";

/// `ARGV`: group, consumers. Each is looked up by its name: the list of all of them would hold the server for as long as
/// the group is large.
pub const DELETE_CONSUMERS: &str = "\
local k,g,deleted,left=KEYS[1],ARGV[1],0,0 \
for i=2,#ARGV do \
if #redis.call('XPENDING',k,g,'-','+','1',ARGV[i])>0 then left=left+1 \
else redis.call('XGROUP','DELCONSUMER',k,g,ARGV[i]) deleted=deleted+1 end \
end \
return {deleted,left}";

/// `ARGV`: group, where it stood, its rows (nothing for wherever it stands).
pub const DESTROY_GROUP: &str = "\
for _,g in ipairs(redis.call('XINFO','GROUPS',KEYS[1])) do \
local m={} for i=1,#g,2 do m[g[i]]=g[i+1] end \
if m['name']==ARGV[1] then \
if ARGV[2]~='' and (m['last-delivered-id']~=ARGV[2] or m['pending']~=tonumber(ARGV[3])) then return {'CHANGED'} end \
redis.call('XGROUP','DESTROY',KEYS[1],ARGV[1]) \
return {'DESTROYED'} \
end end \
return {'MISSING'}";

/// `ARGV`: group, id, entries read or nothing.
pub const CREATE_GROUP: &str = "\
for _,g in ipairs(redis.call('XINFO','GROUPS',KEYS[1])) do \
local m={} for i=1,#g,2 do m[g[i]]=g[i+1] end \
if m['name']==ARGV[1] then return m['last-delivered-id']==ARGV[2] and 1 or 0 end \
end \
if ARGV[3]~='' then redis.call('XGROUP','CREATE',KEYS[1],ARGV[1],ARGV[2],'ENTRIESREAD',ARGV[3]) \
else redis.call('XGROUP','CREATE',KEYS[1],ARGV[1],ARGV[2]) end \
return 1";

/// `KEYS`: keys. `ARGV`: the type that each had.
pub const UNLINK_TYPED: &str = "\
local r={} \
for i=1,#KEYS do \
local t=redis.call('TYPE',KEYS[i])['ok'] \
if t==ARGV[i] then r[i]=redis.call('UNLINK',KEYS[i]) \
elseif t=='none' then r[i]=0 else r[i]=-1 end \
end \
return r";

/// `KEYS`: keys, up to `limits::UNLINK_BATCH`. `ARGV`: the types with which the next of them may go, with blanks between, and
/// how many keys those are; then of the keys after them. All of them go by one UNLINK, so that an error means that none has
/// gone.
pub const UNLINK_FREE: &str = "\
local call,go,n,gone,r,at=redis.call,{},0,0,{0,0},1 \
for g=1,#ARGV,2 do \
local may,last={},at+ARGV[g+1]-1 \
for w in string.gmatch(ARGV[g],'%S+') do may[w]=true end \
for i=at,last do \
local k=KEYS[i] \
local t=call('TYPE',k).ok \
if may[t] then n=n+1 go[n]=k \
elseif t=='none' then gone=gone+1 \
else r[#r+1]=i r[#r+1]=t end \
end \
at=last+1 \
end \
if n>0 then r[1]=call('UNLINK',unpack(go)) end \
r[2]=gone \
return r";

/// `ARGV`: the last eight bytes of the dump that was kept (its checksum), and its length.
pub const UNLINK_KEPT: &str = "\
local d=redis.call('DUMP',KEYS[1]) \
if not d or #d~=tonumber(ARGV[2]) or string.sub(d,-8)~=ARGV[1] then return 0 end \
return redis.call('UNLINK',KEYS[1])";

/// `ARGV`: milliseconds since 1970. A time that turns out to be later than the one before is taken back.
pub const EXPIRE_AT: &str = "\
local k=KEYS[1] \
local t=redis.call('PTTL',k) \
if t==-2 then return 0 end \
redis.call('PEXPIREAT',k,ARGV[1]) \
if t>=0 and redis.call('PTTL',k)>=t then redis.call('PEXPIRE',k,t) return 0 end \
return 1";

/// `ARGV`: what was set, what was before or nothing for never (milliseconds since 1970), the dump.
/// Before 7.0 a key tells only what is left of its time, so that the two are compared to 20 ms.
pub const GIVE_TIME_BACK: &str = "\
if redis.replicate_commands then redis.replicate_commands() end \
local k,set,old=KEYS[1],tonumber(ARGV[1]),ARGV[2] \
local c=redis.call('TIME') \
local now=tonumber(c[1])*1000+math.floor(tonumber(c[2])/1000) \
if redis.call('EXISTS',k)==1 then \
local at=redis.pcall('PEXPIRETIME',k) \
if type(at)=='table' then \
at=redis.call('PTTL',k) \
if at>=0 and math.abs(now+at-set)<=20 then at=set end \
end \
if at~=set then return 0 end \
if old=='' then redis.call('PERSIST',k) else redis.call('PEXPIREAT',k,old) end \
return 1 \
end \
if now<set then return -1 end \
if old=='' then redis.call('RESTORE',k,0,ARGV[3]) else redis.call('RESTORE',k,old,ARGV[3],'ABSTTL') end \
return 2";

/// `ARGV`: milliseconds.
pub const EXPIRE: &str = "\
local t=redis.call('PTTL',KEYS[1]) \
if t==-2 or (t>=0 and t<=tonumber(ARGV[1])) then return 0 end \
return redis.call('PEXPIRE',KEYS[1],ARGV[1])";
