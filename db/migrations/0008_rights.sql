-- Rights get keys. Until now a right was its sentence, so that another wording
-- was another right, which nobody had approved. The list is that of the sentences
-- there have been; one that is not in it stays and is its own key.
CREATE TEMP TABLE right_keys (sentence TEXT PRIMARY KEY, key TEXT NOT NULL) STRICT;
INSERT INTO right_keys (sentence, key) VALUES
    ('It can read what is in the subscription.', 'azure-read'),
    ('It cannot read what is in the subscription.', 'azure-read'),
    ('It can create and change virtual machines with their disks and networks, in the whole subscription.', 'azure-create-machines'),
    ('It cannot create virtual machines in the whole subscription. A role on one resource group is enough for that, and is not shown here.', 'azure-create-machines'),
    ('It can create resource groups.', 'azure-create-resource-groups'),
    ('It cannot create resource groups.', 'azure-create-resource-groups'),
    ('It can give roles to others, which is more than Mooring needs. Replace the role Owner or User Access Administrator by a smaller one.', 'azure-give-roles'),
    ('It can do everything with the classic resources of the subscription. A management certificate knows no smaller right.', 'azure-classic'),
    ('Mooring cannot tell what it may do.', 'unknown');

UPDATE credentials
   SET rights = (
       SELECT json_group_array(json_object('key', coalesce(k.key, r.value ->> 'sentence'),
              'granted', json(iif(r.value ->> 'granted', 'true', 'false')), 'excessive', json(iif(r.value ->> 'excessive', 'true', 'false'))))
         FROM (SELECT value FROM json_each(credentials.rights) ORDER BY key) r
         LEFT JOIN right_keys k ON k.sentence = r.value ->> 'sentence')
 WHERE rights <> '[]';

-- Whoever approved that a link creates machines or gives roles approved, without
-- a word for it, that it runs commands in machines and lists keys: the built-in
-- roles that have the former have the latter too. Checks name these from now on,
-- and must not hold the link for it. Data actions come with roles of their own,
-- which no approval was about.
UPDATE credentials
   SET approved_rights = (
       SELECT json_group_array(key) FROM (
           SELECT coalesce(k.key, a.value) AS key
             FROM (SELECT value FROM json_each(credentials.approved_rights) ORDER BY key) a
             LEFT JOIN right_keys k ON k.sentence = a.value
           UNION
           SELECT implied.key
             FROM (SELECT 'azure-run-commands' AS key UNION ALL SELECT 'azure-list-keys') implied
            WHERE EXISTS (SELECT 1 FROM json_each(credentials.approved_rights) a JOIN right_keys k ON k.sentence = a.value
                           WHERE k.key IN ('azure-create-machines', 'azure-give-roles'))))
 WHERE approved_rights <> '' AND approved_rights <> '[]';

UPDATE intake_policy
   SET rules = json_set(rules, '$.rights', json((
       SELECT json_group_array(coalesce(k.key, r.value))
         FROM (SELECT value FROM json_each(rules, '$.rights') ORDER BY key) r
         LEFT JOIN right_keys k ON k.sentence = r.value)))
 WHERE json_type(rules, '$.rights') = 'array';

DROP TABLE right_keys;
