package cli

import (
	"context"
	"os"
	"strings"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// openStore opens and migrates the store that uri names: MongoDB's URI, or a
// folder. Empty is MONGO_URI, then CLAUSEA_DATA_DIR, then ./data.
func openStore(ctx context.Context, uri string) (store.Store, error) {
	s, _, err := openMigrated(ctx, uri)
	return s, err
}

// openMigrated says too which migrations were needed.
func openMigrated(ctx context.Context, uri string) (store.Store, []string, error) {
	if uri == "" {
		uri = os.Getenv("MONGO_URI")
	}
	if strings.HasPrefix(uri, "mongodb://") || strings.HasPrefix(uri, "mongodb+srv://") {
		s, err := mongo.Open(ctx, uri, os.Getenv("MONGODB_DATABASE"))
		if err != nil {
			return nil, nil, err
		}
		applied, err := s.Migrate(ctx)
		if err != nil {
			_ = s.Close(ctx)
			return nil, nil, err
		}
		return s, applied, nil
	}
	if uri == "" {
		uri = os.Getenv("CLAUSEA_DATA_DIR")
	}
	if uri == "" {
		uri = "data"
	}
	s, err := sqlite.Open(ctx, strings.TrimPrefix(uri, "sqlite:"))
	if err != nil {
		return nil, nil, err
	}
	return s, s.Applied(), nil
}

// holder names this process in leases.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return host + "/" + itoa(os.Getpid())
}
