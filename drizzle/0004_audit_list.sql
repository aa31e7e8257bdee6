CREATE INDEX "audit_at" ON "audit" USING btree ("at");--> statement-breakpoint
CREATE INDEX "audit_actor" ON "audit" USING btree ("actor_name","id");--> statement-breakpoint
CREATE INDEX "audit_action" ON "audit" USING btree ("action","id");