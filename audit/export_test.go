package audit

import "context"

// Look is what Run does each second.
func Look(l *Log, ctx context.Context) { l.look(ctx) }
