/** Links are told of as links, fields as fields, and a popup is the window of a comment. */
export const notAnnotations = ['link', 'widget', 'popup'];
