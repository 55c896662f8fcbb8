package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mooring/audit"
	"mooring/db"
	"mooring/secret"
)

// dataFolder is where a Mooring keeps everything.
type dataFolder struct {
	folder, keyFile string
	mounted         bool // somebody else keeps the key file
	isNew           bool // a key file without a database is meant
}

func (s *settings) dataFlags(d *dataFolder) {
	s.StringVar(&d.folder, "data", "./data", "folder for the database")
	s.StringVar(&d.keyFile, "key-file", "", "file with the keys that encrypt secrets; in the data folder by default")
	s.BoolVar(&d.mounted, "key-file-mounted", false, "the key file is mounted, such as a Kubernetes Secret: follow symbolic links, allow group read access, and never write to the file")
	s.fromEnv("data", "key-file", "key-file-mounted")
}

func (d dataFolder) database() string { return filepath.Join(d.folder, "mooring.db") }

func (d dataFolder) keys() string {
	if d.keyFile != "" {
		return d.keyFile
	}
	return filepath.Join(d.folder, "mooring.key")
}

func (d dataFolder) readRing() (*secret.Ring, error) {
	if d.mounted {
		return secret.ReadMountedRing(d.keys())
	}
	return secret.ReadRing(d.keys())
}

// lock keeps a second program from changing the same data. The system lets go
// of it when the program ends, however it ends.
func (d dataFolder) lock() (release func(), err error) {
	if err := os.MkdirAll(d.folder, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(d.folder, "mooring.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(file); err != nil {
		_ = file.Close()
		return nil, d.inUse()
	}
	// The folder itself is locked too: whoever deletes the lock file lets nobody in.
	folder, err := os.Open(d.folder)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if lockedElsewhere(lockFile(folder)) {
		return nil, errors.Join(d.inUse(), folder.Close(), file.Close())
	}
	return func() { _, _ = folder.Close(), file.Close() }, nil
}

func (d dataFolder) inUse() error {
	return fmt.Errorf("another mooring process is using %s; stop it first", d.folder)
}

// tidy removes what killed commands left in the data folder. It needs the lock.
func (d dataFolder) tidy() error {
	left := []error{db.RemoveUnfinished(d.folder), removeDatabase(d.database() + restoring)}
	if d.keyFile == "" {
		if err := os.Remove(d.keys() + ".next"); !errors.Is(err, fs.ErrNotExist) {
			left = append(left, err)
		}
	}
	return errors.Join(left...)
}

// checkPlace is where the value lies that tells whether a key file belongs to
// a database.
var checkPlace = secret.Place{Table: "key_check", Row: "1", Column: "sealed"}

// What is sealed there. A database with the first is from before the audit log
// was a chain, one with the second from before seals were bound to their rows; both
// are sealed in version 1. Only whoever has the keys can say so: a database that
// never was one cannot be dressed up as one. Of one that was, a copy from that time
// can.
const (
	unchainedValue = "this key file belongs to this database"
	unboundValue   = "this key file belongs to this database, and its audit log is a chain"
	checkValue     = "this key file belongs to this database, its audit log is a chain, and its seals are bound"
)

// open opens the database and its keys. Only a database that has never had
// keys gets new ones: a missing key file is never replaced, since what it
// sealed would be lost in silence.
func (d dataFolder) open(ctx context.Context) (database *db.DB, ring *secret.Ring, made bool, err error) {
	if err := d.checkBeginning(ctx); err != nil {
		return nil, nil, false, err
	}
	database, err = db.Open(ctx, d.database())
	if err != nil {
		return nil, nil, false, err
	}
	if ring, made, err = d.openKeys(ctx, database); err != nil {
		return nil, nil, false, errors.Join(err, database.Close())
	}
	return database, ring, made, nil
}

// checkBeginning refuses to begin with an empty database beside a key file: it is
// a first start only if the operator says so, and otherwise the database is lost,
// or its disk is not mounted.
func (d dataFolder) checkBeginning(ctx context.Context) error {
	if d.isNew {
		return nil
	}
	if _, err := os.Stat(d.keys()); err != nil {
		return nil // which opening it tells, or there is none
	}
	empty, err := db.IsEmpty(ctx, d.database())
	if err != nil || !empty {
		return err
	}
	return fmt.Errorf("there is a key file, %s, but no database at %s. If there should be one, check that its disk is mounted, or restore a backup with mooring restore. "+
		"If this is the first start and you brought the key file, start once with mooring serve --new", d.keys(), d.database())
}

func (d dataFolder) openKeys(ctx context.Context, database *db.DB) (ring *secret.Ring, made bool, err error) {
	sealed, has, err := database.KeyCheck(ctx)
	if err != nil {
		return nil, false, err
	}
	ring, err = d.readRing()
	switch {
	case errors.Is(err, fs.ErrNotExist) && has:
		return nil, false, d.missingKeys()
	case errors.Is(err, fs.ErrNotExist) && d.mounted:
		return nil, false, fmt.Errorf("the key file %s is missing, and Mooring doesn't create a key file with --key-file-mounted; check that the Secret exists and is mounted", d.keys())
	case errors.Is(err, fs.ErrNotExist):
		ring, made = secret.NewRing(), true
		err = ring.CreateFile(d.keys())
	}
	if err != nil {
		return nil, false, err
	}
	if !has {
		return ring, made, d.begin(ctx, database, ring)
	}
	return ring, made, d.attach(ctx, database, ring, sealed)
}

// begin is for a database that has never had keys.
func (d dataFolder) begin(ctx context.Context, database *db.DB, ring *secret.Ring) error {
	if database.BeforeChain() {
		return d.lostCheck()
	}
	entries, err := database.AuditLog().EntriesAfter(ctx, 0, 1)
	if err != nil {
		return err
	}
	inhabited, err := database.Accounts().HasPeople(ctx)
	if err != nil {
		return err
	}
	if inhabited || len(entries) > 0 {
		return d.lostCheck()
	}
	if err := database.BeginAuditLog(ctx, audit.NewNotary(ring)); err != nil {
		return err
	}
	return storeCheck(ctx, database, ring)
}

// attach makes sure that the keys are those of the database, and has its audit
// log go on with them. A log from before there was a chain becomes one, if the
// whole database is from then.
func (d dataFolder) attach(ctx context.Context, database *db.DB, ring *secret.Ring, sealed []byte) error {
	notary := audit.NewNotary(ring)
	if value, err := ring.Open(checkPlace, sealed); err == nil && string(value) == checkValue {
		return database.ContinueAuditLog(ctx, notary)
	}
	old, err := ring.OpenOld(checkPlace, sealed)
	if err != nil {
		return d.wrongKeys()
	}
	if string(old) == unchainedValue && database.BeforeChain() {
		err = database.BeginAuditLog(ctx, notary)
	} else { // a chain, or cut off behind its beginning, or put back by somebody
		err = database.ContinueAuditLog(ctx, notary)
	}
	if err != nil {
		return err
	}
	return bindSeals(ctx, database, ring)
}

// bindSeals seals everything anew that was sealed in version 1. From then on the
// check says so, and nothing of version 1 opens. What doesn't open now stays as it
// is: one damaged key must not stop the start.
func bindSeals(ctx context.Context, database *db.DB, ring *secret.Ring) error {
	check, err := ring.Seal(checkPlace, []byte(checkValue))
	if err != nil {
		return err
	}
	upgrade := func(place secret.Place, sealed []byte) ([]byte, error) {
		bound, err := ring.Upgrade(place, sealed)
		if errors.Is(err, secret.ErrSealed) {
			return sealed, nil
		}
		return bound, err
	}
	return database.BindSeals(ctx, upgrade, check)
}

// fits reports whether the key file belongs to a database that is not in its
// place yet, and has its audit log go on.
func (d dataFolder) fits(ctx context.Context, database *db.DB) error {
	sealed, has, err := database.KeyCheck(ctx)
	if err != nil {
		return err
	}
	if !has {
		return errors.New("it is not a Mooring backup")
	}
	ring, err := d.readRing()
	if errors.Is(err, fs.ErrNotExist) {
		return d.missingKeys()
	}
	if err != nil {
		return err
	}
	return d.attach(ctx, database, ring, sealed)
}

func (d dataFolder) lostCheck() error {
	return fmt.Errorf("%s no longer has the value that identifies its key file; restore a backup", d.database())
}

func (d dataFolder) missingKeys() error {
	return fmt.Errorf("the key file %s is missing, and the secrets in %s can't be decrypted without it; restore it from your backup",
		d.keys(), d.database())
}

func (d dataFolder) wrongKeys() error {
	return fmt.Errorf("the key file %s does not belong to this database; replace it with the right one", d.keys())
}

func storeCheck(ctx context.Context, database *db.DB, ring *secret.Ring) error {
	sealed, err := ring.Seal(checkPlace, []byte(checkValue))
	if err != nil {
		return err
	}
	return database.SetKeyCheck(ctx, sealed)
}
