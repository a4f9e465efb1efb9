/** Below `/admin`: merchants and their credentials, and the audit log. */
export const adminPaths = [
  '/admin/merchants',
  '/admin/merchants/:id',
  '/admin/merchants/:id/credentials',
  '/admin/merchants/:id/credentials/:credentialId',
  '/admin/audit',
  '/admin/health',
  '/admin/*',
] as const;
export type AdminPath = (typeof adminPaths)[number];
