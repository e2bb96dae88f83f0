package mongo

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func TestIdleConnectionsAreClosedAfterTheTimeInTheURIOrAMinute(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]time.Duration{
		"mongodb://localhost/":                     time.Minute,
		"mongodb://localhost/?maxIdleTimeMS=30000": 30 * time.Second,
	} {
		opts := options.Client().ApplyURI(uri)
		configure(opts)
		if opts.MaxConnIdleTime == nil || *opts.MaxConnIdleTime != want {
			t.Errorf("%s: idle connections are closed after %v, want %s", uri, opts.MaxConnIdleTime, want)
		}
	}
}
