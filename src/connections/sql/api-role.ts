/**
 * Reads by what a role may do more than requests need, what it may become by SET ROLE included. Examines Pagehive's own
 * tables and the views that read them, so other tables and those of extensions play no part.
 *
 * Parameters: $1 the role, null for that of the session; $2–$4 the privileges that it needs: objects, columns, names;
 * $5 Pagehive's tables and sequences, $6 those of them that need row-level security.
 * Returns: one row for each excess, the most serious ones first. Locks: nothing. Called by: `excessesOf`.
 */
export const findExcesses = `
WITH RECURSIVE me AS (
    SELECT * FROM pg_roles WHERE rolname = coalesce($1::text, current_user::text)
), ours AS (
    SELECT c.oid, c.relname, c.relowner, c.relacl, c.relrowsecurity, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
      FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($5::text[]) AND c.relkind IN ('r', 'p', 'S')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), exempt AS (
    SELECT r.oid FROM pg_roles r
     WHERE r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT FROM ours o WHERE o.relowner = r.oid)
), views AS (
    SELECT w.ev_class AS oid FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
      JOIN ours o ON d.refclassid = 'pg_class'::regclass AND d.refobjid = o.oid AND w.ev_class <> o.oid
     UNION
    SELECT w.ev_class FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
      JOIN views v ON d.refclassid = 'pg_class'::regclass AND d.refobjid = v.oid AND w.ev_class <> v.oid
), readable AS (
    SELECT o.oid, 'public'::name AS nspname, o.relname, o.relacl, o.kind, true AS is_own FROM ours o
     UNION ALL
    -- Views that read the tables as a role that sees all rows.
    SELECT c.oid, n.nspname, c.relname, c.relacl, 'TABLE', false
      FROM views v JOIN pg_class c ON c.oid = v.oid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relowner IN (SELECT oid FROM exempt) AND c.relowner NOT IN (SELECT oid FROM me)
       AND NOT EXISTS (SELECT FROM pg_options_to_table(c.reloptions) x WHERE x.option_name = 'security_invoker' AND x.option_value::bool)
), granted AS (
    SELECT r.oid AS relation, r.nspname, r.relname, r.kind, r.is_own, NULL::name AS col, a.* FROM readable r, aclexplode(r.relacl) a
     UNION ALL
    SELECT r.oid, r.nspname, r.relname, r.kind, r.is_own, t.attname, a.*
      FROM readable r JOIN pg_attribute t ON t.attrelid = r.oid, aclexplode(t.attacl) a
), beyond AS (
    SELECT g.* FROM granted g
     WHERE g.is_grantable OR NOT g.is_own
        OR NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[], $4::text[]) AS n(object, col, name)
                        WHERE n.object = g.relname AND n.name = g.privilege_type AND (n.col = '' OR n.col = g.col))
), powerful AS (
    SELECT r.oid FROM pg_roles r
     WHERE r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolname LIKE 'pg\\_%'
        OR EXISTS (SELECT FROM beyond b WHERE b.grantee = r.oid)
     UNION
    SELECT oid FROM exempt
), other_duties AS (
    SELECT me.oid = 10 OR ($1 IS NOT NULL AND me.rolname IN (current_user::text, session_user::text))
           OR EXISTS (SELECT FROM pg_database d WHERE d.datdba = me.oid)
           OR EXISTS (SELECT FROM ours o WHERE o.relname = '_prisma_migrations' AND o.relowner = me.oid) AS found
      FROM me
), excess AS (
    SELECT 1 AS place, format('row-level security does not apply to the role %s (%s)', me.rolname, attribute) AS problem,
           format('ALTER ROLE %I NO%s', me.rolname, attribute) AS repair, true AS "ofRole"
      FROM me, LATERAL (VALUES (me.rolsuper, 'SUPERUSER'), (me.rolbypassrls, 'BYPASSRLS')) a(has, attribute) WHERE has
     UNION ALL
    SELECT CASE WHEN m.is_exempt THEN 2 ELSE 6 END,
           format(CASE WHEN m.is_exempt THEN 'row-level security does not apply to the role %s, a member of %s'
                       ELSE 'the role %s is a member of %s, which may do more than requests need' END, me.rolname, m.rolname),
           format('REVOKE %I FROM %I%s CASCADE', m.rolname, me.rolname, m.by_grantor), true
      FROM me, LATERAL (
        SELECT g.rolname, EXISTS (SELECT FROM exempt p WHERE pg_has_role(g.oid, p.oid, 'MEMBER')) AS is_exempt,
               CASE WHEN current_setting('server_version_num')::int >= 160000
                    THEN format(' GRANTED BY %I', pg_get_userbyid(m.grantor)) ELSE '' END AS by_grantor
          FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
         WHERE m.member = me.oid AND EXISTS (SELECT FROM powerful p WHERE pg_has_role(g.oid, p.oid, 'MEMBER'))) m
     UNION ALL
    SELECT 3, format('the role %s owns tables (%s), so row-level security does not apply to it', me.rolname, o.relname),
           format('ALTER %s public.%I OWNER TO CURRENT_USER', o.kind, o.relname), true
      FROM me JOIN ours o ON o.relowner = me.oid
     UNION ALL
    SELECT 3, format('the role %s owns the schema public, and so may drop its tables', me.rolname), 'ALTER SCHEMA public OWNER TO CURRENT_USER', true
      FROM me JOIN pg_namespace n ON n.nspowner = me.oid AND n.nspname = 'public'
     UNION ALL
    SELECT 4, format('row-level security is disabled for the table %s', o.relname),
           format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', o.relname), false
      FROM ours o WHERE o.relname = ANY ($6::text[]) AND NOT o.relrowsecurity
     UNION ALL
    SELECT 5, format('the policy %s admits further rows of the table %s', p.polname, o.relname),
           format('DROP POLICY %I ON public.%I', p.polname, o.relname), false
      FROM ours o JOIN pg_policy p ON p.polrelid = o.oid
     WHERE o.relname = ANY ($6::text[]) AND p.polpermissive AND p.polname <> 'own_tenant'
     UNION ALL
    SELECT 7, format('the role %s has %s', me.rolname, attribute), format('ALTER ROLE %I NO%s', me.rolname, attribute), true
      FROM me, LATERAL (VALUES (me.rolcreaterole, 'CREATEROLE'), (me.rolcreatedb, 'CREATEDB'),
                               (me.rolreplication, 'REPLICATION')) a(has, attribute) WHERE has
     UNION ALL
    SELECT 8, format('the role %s owns the function %s', me.rolname, p.oid::regprocedure),
           format('ALTER ROUTINE %s OWNER TO CURRENT_USER', p.oid::regprocedure), true
      FROM me JOIN pg_proc p ON p.proowner = me.oid AND p.pronamespace = 'public'::regnamespace
     UNION ALL
    SELECT 9, format('%s has %s on %s', CASE b.grantee WHEN 0 THEN 'every role' ELSE 'the role ' || me.rolname END, b.privilege_type, b.relname),
           format('REVOKE %s%s ON %s %I.%I FROM %s CASCADE', b.privilege_type, ' (' || quote_ident(b.col) || ')', b.kind, b.nspname, b.relname,
                  CASE b.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(me.rolname) END), b.grantee <> 0
      FROM me JOIN beyond b ON b.grantee IN (0, me.oid)
     WHERE NOT EXISTS (SELECT FROM ours o WHERE o.oid = b.relation AND o.relowner = me.oid)
     UNION ALL
    SELECT 10, format('%s may create objects in the schema public', CASE a.grantee WHEN 0 THEN 'every role' ELSE 'the role ' || me.rolname END),
           CASE a.grantee WHEN 0 THEN format('GRANT CREATE ON SCHEMA public TO %I; REVOKE CREATE ON SCHEMA public FROM PUBLIC', current_user)
                ELSE format('REVOKE CREATE ON SCHEMA public FROM %I CASCADE', me.rolname) END, a.grantee <> 0
      FROM me, pg_namespace n, aclexplode(n.nspacl) a
     WHERE n.nspname = 'public' AND a.privilege_type = 'CREATE' AND a.grantee IN (0, me.oid)
)
SELECT e.problem, CASE WHEN e."ofRole" AND o.found THEN NULL ELSE e.repair END AS repair FROM excess e, other_duties o ORDER BY e.place, e.problem`;

/**
 * Reads what a role lacks.
 *
 * Parameters: $1 the role, null for that of the session; $2–$4 the privileges that it needs: objects, columns, names.
 * Returns: its name, that of the database, and the missing privileges. Locks: nothing. Called by: `lacksOf`.
 */
export const findLacks = `
SELECT r.rolname::text AS name, current_database()::text AS database,
       NOT r.rolcanlogin AS "lacksLogin", NOT has_database_privilege(r.oid, current_database(), 'CONNECT') AS "lacksConnect",
       ARRAY(SELECT 'SCHEMA public USAGE' WHERE NOT has_schema_privilege(r.oid, 'public', 'USAGE')
              UNION ALL
             SELECT n.object || coalesce('(' || nullif(n.col, '') || ')', '') || ' ' || n.name
               FROM unnest($2::text[], $3::text[], $4::text[]) AS n(object, col, name)
              WHERE NOT coalesce(CASE
                        WHEN n.name = 'USAGE' THEN has_sequence_privilege(r.oid, to_regclass('public.' || n.object), n.name)
                        WHEN n.name = 'EXECUTE' THEN has_function_privilege(r.oid, to_regprocedure('public.' || n.object), n.name)
                        WHEN n.col <> '' THEN has_column_privilege(r.oid, to_regclass('public.' || n.object), n.col, n.name)
                        ELSE has_table_privilege(r.oid, to_regclass('public.' || n.object), n.name) END, false)) AS lacks
  FROM pg_roles r WHERE r.rolname = coalesce($1::text, current_user::text)`;
