/** Characters and entries that the API takes (docs/wire/access.md#errors-of-webhooks). */
export const LIMITS = {
  targetUrl: 2048,
  description: 2000,
  secret: 1024,
  operations: 100,
  headers: 10,
  headerName: 64,
  headerValue: 1024,
} as const;
