/**
 * Condition: the source `s` is an upload that a new job may use. It has not expired, or another job uses it. The pruner
 * expires only uploads that are overdue by a minute and that no job uses, so it never takes an upload that this
 * condition accepts.
 *
 * Part of: `insertJob`, `insertItems`.
 */
export const usableUpload = `s.status = 'STORED' AND s.kind = 'UPLOAD'
       AND (s.expires_at IS NULL OR s.expires_at > now() OR EXISTS (SELECT FROM jobs o WHERE o.source_id = s.id))`;
