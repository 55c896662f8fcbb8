package awssim_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
)

// aws runs AWS's own program as it is, with only a proxy and an authority around it.
// The test belongs to the release check: set AWS_PROGRAM to the program, such as
// /usr/bin/aws of Debian's package awscli.
func (s shell) aws(script string) string {
	s.t.Helper()
	program := os.Getenv("AWS_PROGRAM")
	if program == "" {
		s.t.Skip("set AWS_PROGRAM to run AWS's own program")
	}
	folder := s.t.TempDir()
	ok(s.t, os.Symlink(program, filepath.Join(folder, "aws")))
	ok(s.t, os.WriteFile(filepath.Join(folder, "ca.pem"), s.CAPEM(), 0o600))
	command := exec.Command("sh", "-eu", "-c", script)
	command.Dir = folder
	command.Env = []string{"PATH=" + folder + ":" + os.Getenv("PATH"), "HOME=" + folder, "HTTPS_PROXY=" + s.ProxyURL(), "AWS_CA_BUNDLE=" + filepath.Join(folder, "ca.pem"),
		"AWS_ACCESS_KEY_ID=" + s.accessKey, "AWS_SECRET_ACCESS_KEY=" + s.secret, "AWS_DEFAULT_REGION=" + s.region, "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER="}
	var problems bytes.Buffer
	command.Stderr = &problems
	out, err := command.Output()
	if err != nil {
		s.t.Fatalf("%v: %s%s", err, out, problems.String())
	}
	return string(out)
}

func TestAWSsOwnProgramCreatesAndDeletesAStack(t *testing.T) {
	s, l := newShell(t, start(t), awssim.Working), newLink(t)
	out := s.aws(aws.Setup{Name: linkName, AuthorityPEM: string(l.PEM())}.StackCommand())
	s.opensAndCloses(s.aws, l, out, aws.Access.DeleteStackCommand)
}

func TestAWSsOwnProgramLinksWithSeparateCalls(t *testing.T) {
	s, l := newShell(t, start(t), numberOf(t, "Navy Yard")), newLink(t)
	out := s.aws(aws.Setup{Name: linkName, AuthorityPEM: string(l.PEM())}.SeparateCommands("aws-us-gov"))
	s.opensAndCloses(s.aws, l, out, aws.Access.DeleteCommands)
}

// opensAndCloses pastes what the commands printed, opens a session, and deletes what
// they made.
func (s shell) opensAndCloses(run func(string) string, l link, printed string, remove func(aws.Access) string) {
	s.t.Helper()
	found := aws.FindARNs(printed)
	made := map[string]string{}
	for key, kind := range map[string]aws.Kind{"TrustAnchorArn": aws.TrustAnchor, "ProfileArn": aws.Profile, "RoleArn": aws.Role} {
		if len(found[kind]) != 1 {
			s.t.Fatalf("%v in %s", found, printed)
		}
		made[key] = found[kind][0]
	}
	ok(s.t, s.opens(l, made))
	access, _ := aws.ParseAccess(made["TrustAnchorArn"], made["ProfileArn"], made["RoleArn"])
	run(remove(access))
	if err := s.opens(l, made); err == nil {
		s.t.Error("it was deleted")
	}
	status, body := s.ask("iam", "ListRoles")
	s.has(status, body, 200, "<Roles></Roles>")
}
