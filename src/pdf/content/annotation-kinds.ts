/**
 * Subtypes that are not reported as annotations: links and form fields are reported separately, and a popup is the
 * window of a comment.
 */
export const notAnnotations = ['link', 'widget', 'popup'];
