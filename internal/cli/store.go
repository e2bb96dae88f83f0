package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/clausea/crawler/internal/kubestore/remote"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// openStore opens and migrates the store that the settings name.
func openStore(ctx context.Context, v *settings.Values) (store.Store, error) {
	s, _, err := openMigrated(ctx, v)
	return s, err
}

// openMigrated says too which migrations were needed.
func openMigrated(ctx context.Context, v *settings.Values) (store.Store, []string, error) {
	return openAt(ctx, storeURI(v), v.MongoDatabase)
}

// errNoStore says that the embedded store that is to be read does not exist.
var errNoStore = errors.New("there is no store")

// openExisting is openStore for commands that only use what others have stored: an
// embedded store that is not there is an error, and none is made.
func openExisting(ctx context.Context, v *settings.Values) (store.Store, error) {
	if folder := embeddedFolder(v); folder != "" {
		there, err := sqlite.Exists(folder)
		if err != nil {
			return nil, err
		}
		if !there {
			return nil, fmt.Errorf("%w in %s: crawl, apply, standalone and migrate make one; name another with --store, CLAUSEA_DATA_DIR or MONGO_URI", errNoStore, folder)
		}
	}
	return openStore(ctx, v)
}

// openRecords opens what commands read: of an embedded store that a standalone process
// has, through that process.
func openRecords(ctx context.Context, v *settings.Values) (r remote.Records, stop func(), err error) {
	if folder := embeddedFolder(v); folder != "" {
		if s, err := remote.Dial(ctx, filepath.Join(folder, socketName)); err == nil {
			return s, func() {}, nil
		}
	}
	s, err := openExisting(ctx, v)
	if err != nil {
		return nil, nil, err
	}
	return s, func() { _ = s.Close(context.WithoutCancel(ctx)) }, nil
}

// storeURI is MongoDB's URI or a folder: this call's, else MongoDB's where it is
// set, else the folder of the embedded store.
func storeURI(v *settings.Values) string {
	for _, s := range []settings.Secret{v.Store, v.MongoURI} {
		if !s.IsEmpty() {
			return s.Reveal()
		}
	}
	return v.DataDir
}

func openAt(ctx context.Context, at, database string) (store.Store, []string, error) {
	if strings.HasPrefix(at, "mongodb://") || strings.HasPrefix(at, "mongodb+srv://") {
		s, err := mongo.Open(ctx, at, database)
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
	s, err := sqlite.Open(ctx, strings.TrimPrefix(at, "sqlite:"))
	if err != nil {
		return nil, nil, err
	}
	return s, s.Applied(), nil
}

// workerIdentity names this process in leases.
func workerIdentity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	// In a container every process is number 1, and a new one is not the old one.
	return host + "/" + itoa(os.Getpid()) + "/" + rand.Text()[:8]
}
