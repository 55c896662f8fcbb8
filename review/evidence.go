package review

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"time"

	"mooring/audit"
)

// evidenceFormat is how packs are spelled that are signed from now on. A pack
// stays in the format in which it was signed: see evidenceFormats.
const evidenceFormat = 2

// evidenceFormats write the digested files of a pack, by format. Format 1 is
// frozen, in evidence1. Format 2 has keys beside its words.
var evidenceFormats = map[int]func(s *Service, ctx context.Context, r Review, name string, w io.Writer) error{
	1: (*Service).writeFile1,
	2: (*Service).writeFile,
}

// evidencePurpose keeps the signature from being taken for that of something else.
const evidencePurpose = "mooring review evidence"

// The files of a pack, in their order.
const (
	fileCSV       = "decisions.csv"
	fileJSON      = "decisions.json"
	fileSummary   = "summary.html"
	fileManifest  = "manifest.json"
	fileSignature = "manifest.sig"
)

var (
	digested  = []string{fileCSV, fileJSON, fileSummary}
	packFiles = append(digested[:len(digested):len(digested)], fileManifest, fileSignature)
)

// Seal is what is kept of a pack once it is signed: with it every later export
// is the same to the byte, and what no longer fits is never signed again.
type Seal struct {
	Format    int               `json:"format"`
	Manifest  string            `json:"manifest"`
	Signature string            `json:"signature"`
	Sums      map[string]uint32 `json:"sums"` // CRC-32 of the digested files, for the ZIP file
}

// manifest says what a pack is and what is in it.
type manifest struct {
	What     string         `json:"what"`
	Format   int            `json:"format"`
	Review   manifestReview `json:"review"`
	MadeAt   time.Time      `json:"made_at"` // when the review was closed
	Key      string         `json:"key"`     // fingerprint of what signed it
	AuditLog manifestAnchor `json:"audit_log"`
	Files    []manifestFile `json:"files"`
}

type manifestReview struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	ClosedAt time.Time `json:"closed_at"`
	ClosedBy string    `json:"closed_by"`
	Total    int       `json:"total"`
	Decided  int       `json:"decided"`
}

// manifestAnchor is the entry of the audit log that closed the review.
type manifestAnchor struct {
	Entry  int64  `json:"entry"`
	Digest string `json:"digest"`
}

type manifestFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// manifestSignature is the file manifest.sig.
type manifestSignature struct {
	Purpose   string      `json:"purpose"`
	Key       string      `json:"key"`        // fingerprint
	PublicKey string      `json:"public_key"` // base64
	Signature string      `json:"signature"`  // base64
	Vouches   []keptVouch `json:"vouches,omitempty"`
}

// keptVouch is what one key says of another, for whoever knows only the other.
type keptVouch struct {
	For       string `json:"for"` // base64
	Key       string `json:"key"`
	Signature string `json:"signature"`
}

const whatItIs = "Evidence of a review of linked accounts by Mooring"

// Evidence writes the pack of a closed review, a ZIP file. The audit log tells
// it before the first byte leaves.
func (s *Service) Evidence(ctx context.Context, actor audit.Actor, id string, w io.Writer) error {
	r, err := s.store.Review(ctx, id)
	if err != nil {
		return err
	}
	if r.State != Closed {
		return ErrNotClosed
	}
	seal, err := s.sealed(ctx, r)
	if err != nil {
		return err
	}
	entry := s.entry(actor, audit.ExportReview, r)
	entry.Changes = []audit.Change{{Field: "SHA-256 of the manifest", After: hexSum([]byte(seal.Manifest))}}
	if err := s.store.Note(ctx, entry); err != nil {
		return err
	}
	return s.writePack(ctx, r, seal, w)
}

// sealClosed signs the packs of reviews that were closed since.
func (s *Service) sealClosed(ctx context.Context) error {
	ids, err := s.store.Unsealed(ctx)
	if err != nil {
		return err
	}
	var trouble []error
	for _, id := range ids {
		r, err := s.store.Review(ctx, id)
		if err == nil {
			_, err = s.sealed(ctx, r)
		}
		trouble = append(trouble, err)
	}
	return errors.Join(trouble...)
}

// sealed gives the seal of a review, and makes it if there is none.
func (s *Service) sealed(ctx context.Context, r Review) (Seal, error) {
	seal, err := s.store.Seal(ctx, r.ID)
	if err != nil || seal.Format != 0 {
		return seal, err
	}
	m := manifest{What: whatItIs, Format: evidenceFormat, MadeAt: r.ClosedAt.UTC(), Key: s.notary.PublicKeys()[0].Fingerprint(),
		Review: manifestReview{ID: r.ID, Name: r.Name, ClosedAt: r.ClosedAt.UTC(), ClosedBy: r.ClosedByName,
			Total: r.Total, Decided: r.Decided},
		AuditLog: manifestAnchor{Entry: r.Anchor.Entry, Digest: hex.EncodeToString(r.Anchor.Digest)}}
	seal = Seal{Format: evidenceFormat, Sums: map[string]uint32{}}
	for _, name := range digested {
		measured := newMeter(io.Discard)
		if err := s.writeFile(ctx, r, name, measured); err != nil {
			return Seal{}, err
		}
		m.Files = append(m.Files, manifestFile{Name: name, Size: measured.size, SHA256: measured.digest()})
		seal.Sums[name] = measured.crc.Sum32()
	}
	if seal.Manifest, err = spelled(m); err != nil {
		return Seal{}, err
	}
	if seal.Signature, err = s.sign(seal.Manifest); err != nil {
		return Seal{}, err
	}
	return seal, s.store.SetSeal(ctx, r.ID, seal)
}

func (s *Service) sign(text string) (string, error) {
	signature, public := s.notary.Sign(evidencePurpose, []byte(text)), s.notary.PublicKeys()[0]
	sig := manifestSignature{Purpose: evidencePurpose, Key: signature.Key,
		PublicKey: base64.StdEncoding.EncodeToString(public), Signature: base64.StdEncoding.EncodeToString(signature.Bytes)}
	for _, v := range s.notary.Vouches() {
		sig.Vouches = append(sig.Vouches, keptVouch{For: base64.StdEncoding.EncodeToString(v.For), Key: v.Signature.Key,
			Signature: base64.StdEncoding.EncodeToString(v.Signature.Bytes)})
	}
	return spelled(sig)
}

// spelled is JSON for people, the same every time.
func spelled(v any) (string, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return string(text) + "\n", err
}

// writePack streams the pack and compares it on the way with what was signed.
// What does not fit breaks off before the end of the ZIP file, so that nobody
// takes it for one.
func (s *Service) writePack(ctx context.Context, r Review, seal Seal, w io.Writer) error {
	var m manifest
	if err := json.Unmarshal([]byte(seal.Manifest), &m); err != nil {
		return fmt.Errorf("manifest of the review %s: %w", r.ID, err)
	}
	write := evidenceFormats[seal.Format]
	if write == nil {
		return fmt.Errorf("the pack of the review %s is of format %d, and this Mooring knows formats 1 to %d", r.ID, seal.Format, evidenceFormat)
	}
	z := newZip(w, m.MadeAt)
	for _, f := range m.Files {
		z.begin(f.Name, f.Size, seal.Sums[f.Name])
		meter := newMeter(z)
		if err := write(s, ctx, r, f.Name, meter); err != nil {
			return err
		}
		if meter.size != f.Size || meter.digest() != f.SHA256 {
			return ErrEvidenceDiffers.Because(fmt.Errorf("%s of the review %s", f.Name, r.ID))
		}
	}
	z.add(fileManifest, seal.Manifest)
	z.add(fileSignature, seal.Signature)
	return z.end()
}

// meter measures what goes through it.
type meter struct {
	w    io.Writer
	size int64
	sum  hash.Hash
	crc  hash.Hash32
}

func newMeter(w io.Writer) *meter { return &meter{w: w, sum: sha256.New(), crc: crc32.NewIEEE()} }

// Write implements io.Writer.
func (m *meter) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.size += int64(n)
	m.sum.Write(p[:n])
	m.crc.Write(p[:n])
	return n, err
}

func (m *meter) digest() string { return hex.EncodeToString(m.sum.Sum(nil)) }

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
