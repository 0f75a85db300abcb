/* A third party's modules beside the bundled ones: both in one directory of the test's own, from which the kit loads. */
#ifndef TESTS_INTEGRATION_OWN_MODULES_H
#define TESTS_INTEGRATION_OWN_MODULES_H

/* From here on servers find the modules of @p dir too. */
void own_modules_join(const char *dir);
/* Puts a module of @p dir there under the name @p as, with its manifest: as installing it, or another build, over what is there. */
void own_modules_install(const char *dir, const char *name, const char *as, const char *manifest);
/* Removes the directory; after the last server stopped. */
void own_modules_part(void);

#endif
