package dashboard

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"
)

//go:embed assets
var assetFiles embed.FS

// asset is a file that the pages load. Its URL has a hash of all files, so that browsers may cache it
// for ever, and that a script can import another one by its name.
type asset struct {
	url, mediaType string
	body           []byte
}

// assets are the files that the pages load, by name.
type assets map[string]asset

// stylesheet is the name of the stylesheet, to which those of the pages are appended.
const stylesheet = "style.css"

// loadAssets reads the embedded files.
func loadAssets() (assets, error) {
	out, all := assets{}, sha256.New()
	entries, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		return nil, fmt.Errorf("list the assets: %w", err)
	}
	for _, e := range entries {
		mediaType := mime.TypeByExtension(path.Ext(e.Name()))
		if e.IsDir() || mediaType == "" {
			continue
		}
		body, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read asset %s: %w", e.Name(), err)
		}
		if e.Name() == stylesheet {
			if body, err = appendPageStyles(body); err != nil {
				return nil, err
			}
		}
		_, _ = all.Write(body) // never fails
		out[e.Name()] = asset{mediaType: mediaType, body: body}
	}
	folder := Base + "/assets/" + hex.EncodeToString(all.Sum(nil)[:6]) + "/"
	for name, f := range out {
		f.url = folder + name
		out[name] = f
	}
	return out, nil
}

// appendPageStyles appends the stylesheets of the pages in the order of their names.
func appendPageStyles(body []byte) ([]byte, error) {
	names, err := fs.Glob(assetFiles, "assets/pages/*.css")
	if err != nil {
		return nil, fmt.Errorf("list the stylesheets: %w", err)
	}
	for _, name := range names {
		b, err := assetFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read asset %s: %w", name, err)
		}
		body = bytes.Join([][]byte{body, b}, []byte("\n"))
	}
	return body, nil
}

// url returns the URL of an asset.
func (a assets) url(name string) (string, error) {
	f, ok := a[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %s", name)
	}
	return f.url, nil
}

// serveAssets registers the routes of the assets, which need no session.
func (s *Server) serveAssets() {
	for name, f := range s.assets {
		s.mux.HandleFunc("GET "+f.url, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			w.Header().Set("Content-Type", f.mediaType)
			http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.body))
		})
	}
}
