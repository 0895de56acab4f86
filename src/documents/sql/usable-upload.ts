/**
 * The condition under which a source `s` is an upload that a new job may use. Its time has not run out, or another job uses
 * it: the pruner expires only uploads that are past their time for a minute and that no job uses, so the two never meet.
 */
export const usableUpload = `s.status = 'STORED' AND s.kind = 'UPLOAD'
       AND (s.expires_at IS NULL OR s.expires_at > now() OR EXISTS (SELECT FROM jobs o WHERE o.source_id = s.id))`;
