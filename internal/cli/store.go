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

// openMigrated is like openStore and also returns the names of the applied migrations.
func openMigrated(ctx context.Context, v *settings.Values) (store.Store, []string, error) {
	return openAt(ctx, storeURI(v), v.MongoDatabase)
}

// errNoStore reports that the embedded store does not exist.
var errNoStore = errors.New("no store")

// openExisting is like openStore, but returns errNoStore instead of creating an embedded
// store. Commands that only read or modify existing data use it.
func openExisting(ctx context.Context, v *settings.Values) (store.Store, error) {
	if folder := embeddedFolder(v); folder != "" {
		if err := checkStoreExists(folder); err != nil {
			return nil, err
		}
	}
	return openStore(ctx, v)
}

// checkStoreExists returns an error that wraps errNoStore if a folder contains no embedded store.
func checkStoreExists(folder string) error {
	exists, err := sqlite.Exists(folder)
	if err == nil && !exists {
		err = fmt.Errorf("%w in %s; crawl, apply, standalone, migrate and restore create one; to use another store, set --store, CLAUSEA_DATA_DIR or MONGO_URI", errNoStore, folder)
	}
	return err
}

// openRecords opens the store for reading its records. If a standalone process has the
// embedded store open, openRecords reads through that process.
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

// storeURI returns the location of the store: --store, otherwise MONGO_URI, otherwise the
// folder of the embedded store.
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

// workerIdentity returns the name of this process in leases.
func workerIdentity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	// The process ID is 1 in every container. The random part distinguishes restarts.
	return host + "/" + itoa(os.Getpid()) + "/" + rand.Text()[:8]
}
