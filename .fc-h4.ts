import { openDatabase } from '/work/main/src/connections/database.ts';
import { migrate } from '/work/main/src/connections/migrations.ts';
import { createLogger } from '/work/main/src/ops/logger.ts';
import { makeForecast } from '/work/main/src/jobs/estimate-forecast.ts';
const url='postgresql://postgres@127.0.0.1:5599/eta_h4';
await migrate(url,{log(){}});
const database=openDatabase({url,name:'x',logger:createLogger({logLevel:'silent'} as never,'x')});
const q=(t:string)=>database.query(t,[]);
await q(`INSERT INTO sources (id,tenant_id,kind,status,storage_key,bytes) SELECT '00000000-0000-7000-8000-0000000000aa','00000000-0000-7000-8000-000000000001','UPLOAD','STORED','x',300000 ON CONFLICT DO NOTHING`);
for (let k=0;k<10;k++) await q(`INSERT INTO jobs (id,tenant_id,source_id,options,max_retries,priority,claim_order) SELECT gen_random_uuid(),'00000000-0000-7000-8000-000000000001','00000000-0000-7000-8000-0000000000aa','{}',3,5,now()+(n+${k}*20000)*interval '1 ms' FROM generate_series(1,20000) n`);
await q(`INSERT INTO workers (id,host,pid,version,concurrency) VALUES (gen_random_uuid(),'h',1,'0',16)`);
await q('VACUUM ANALYZE jobs').catch(e=>console.log(String(e)));
for(let i=0;i<5;i++){const t=performance.now();const m=await makeForecast({database});console.log('one tenant, 200k waiting', (performance.now()-t).toFixed(0),'ms', JSON.stringify(m.forecast).length,'bytes')}
await q(`INSERT INTO tenants (id,name) SELECT gen_random_uuid(),'t' FROM generate_series(1,300)`);
await q(`UPDATE jobs SET tenant_id=(SELECT id FROM tenants ORDER BY id OFFSET (mod(abs(hashtext(jobs.id::text)),300)) LIMIT 1) WHERE id IN (SELECT id FROM jobs LIMIT 3000)`);
await q('VACUUM ANALYZE jobs').catch(e=>console.log(String(e)));
for(let i=0;i<4;i++){const t=performance.now();const m=await makeForecast({database});console.log('300 tenants', (performance.now()-t).toFixed(0),'ms', JSON.stringify(m.forecast).length,'bytes')}
await database[Symbol.asyncDispose]();
