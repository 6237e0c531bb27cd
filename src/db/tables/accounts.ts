// Drizzle's view of 0003_accounts.sql. better-auth reads `user`, `session` and `credential` by their field names here.

import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

const at = (name: string) => integer(name, { mode: "timestamp_ms" });

export const user = sqliteTable("user", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: integer("email_verified", { mode: "boolean" }).notNull(),
  image: text("image"),
  role: text("role").$type<"owner" | "member">().notNull(),
  lastSeenAt: at("last_seen_at"),
  createdAt: at("created_at").notNull(),
  updatedAt: at("updated_at").notNull(),
});

export const session = sqliteTable("session", {
  id: text("id").primaryKey(),
  token: text("token").notNull().unique(),
  userId: text("user_id").notNull(),
  expiresAt: at("expires_at").notNull(),
  ipAddress: text("ip_address"),
  userAgent: text("user_agent"),
  createdAt: at("created_at").notNull(),
  updatedAt: at("updated_at").notNull(),
});

export const credential = sqliteTable("credential", {
  id: text("id").primaryKey(),
  userId: text("user_id").notNull(),
  accountId: text("account_id").notNull(),
  providerId: text("provider_id").notNull(),
  password: text("password"),
  accessToken: text("access_token"),
  refreshToken: text("refresh_token"),
  idToken: text("id_token"),
  accessTokenExpiresAt: at("access_token_expires_at"),
  refreshTokenExpiresAt: at("refresh_token_expires_at"),
  scope: text("scope"),
  createdAt: at("created_at").notNull(),
  updatedAt: at("updated_at").notNull(),
});

export const invitation = sqliteTable("invitation", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  secretHash: text("secret_hash").notNull().unique(),
  note: text("note"),
  createdBy: text("created_by"),
  createdAt: at("created_at").notNull(),
  expiresAt: at("expires_at").notNull(),
  usedAt: at("used_at"),
  usedBy: text("used_by"),
});

export const apiToken = sqliteTable("api_token", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  userId: text("user_id").notNull(),
  name: text("name").notNull(),
  hint: text("hint").notNull(),
  secretHash: text("secret_hash").notNull().unique(),
  scopes: text("scopes", { mode: "json" }).$type<("read" | "write" | "admin")[]>().notNull(),
  createdAt: at("created_at").notNull(),
  expiresAt: at("expires_at"),
  lastUsedAt: at("last_used_at"),
});

export const serverSecret = sqliteTable("server_secret", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
});

export type UserRow = typeof user.$inferSelect;
export type InvitationRow = typeof invitation.$inferSelect;
export type ApiTokenRow = typeof apiToken.$inferSelect;
