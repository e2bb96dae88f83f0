package cli

import (
	"context"
	"os"
	"strings"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// openStore opens the store that uri names: a folder, or sqlite:FOLDER; empty is
// CLAUSEA_DATA_DIR, or ./data.
func openStore(ctx context.Context, uri string) (store.Store, error) {
	if uri == "" {
		uri = os.Getenv("MONGO_URI")
	}
	if strings.HasPrefix(uri, "mongodb://") || strings.HasPrefix(uri, "mongodb+srv://") {
		return nil, usage("MongoDB is not built into this version yet: unset MONGO_URI or give --store a folder")
	}
	if uri == "" {
		uri = os.Getenv("CLAUSEA_DATA_DIR")
	}
	if uri == "" {
		uri = "data"
	}
	return sqlite.Open(ctx, strings.TrimPrefix(uri, "sqlite:"))
}

// holder names this process in leases.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return host + "/" + itoa(os.Getpid())
}
